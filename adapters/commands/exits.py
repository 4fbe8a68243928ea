"""Exit codes of commands, and which error ends with which."""

from __future__ import annotations

from adapters.brokers.errors import BrokerAway, BrokerRefused, BrokerUnknown
from adapters.node import Taken, VarRefused
from adapters.settings import SettingsError
from router.config.problems import ConfigError
from router.config.references import DotenvError
from router.errors import CrossdockError, LedgerAway, LedgerMisnamed, LedgerRefused

DONE, FAILED, USAGE, NOTHING, PARTLY, REFUSED, UNREACHABLE = range(7)
INTERRUPTED = 130
"""By Ctrl-C, as shells count it."""
MEANINGS = {
    DONE: "done", FAILED: "failed", USAGE: "a wrong command line, or a project with mistakes", NOTHING: "nothing matched",
    PARTLY: "partly done", REFUSED: "refused", UNREACHABLE: "unreachable", INTERRUPTED: "ended by Ctrl-C",
}  # fmt: skip


def exit_code(error: CrossdockError) -> int:
    if isinstance(error, ConfigError | SettingsError | DotenvError | BrokerRefused | LedgerMisnamed):
        return USAGE
    if isinstance(error, Taken | VarRefused | LedgerRefused):
        return REFUSED
    if isinstance(error, LedgerAway | BrokerUnknown | BrokerAway):
        return UNREACHABLE
    return FAILED
