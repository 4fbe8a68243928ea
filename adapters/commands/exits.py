"""Exit codes of commands, and which error ends with which."""

from __future__ import annotations

from adapters.node import Taken
from adapters.settings import SettingsError
from router.config.problems import ConfigError
from router.errors import CrossdockError, LedgerRefused

DONE, FAILED, USAGE, NOTHING, PARTLY, REFUSED, UNREACHABLE = range(7)


def exit_code(error: CrossdockError) -> int:
    if isinstance(error, ConfigError | SettingsError):
        return USAGE
    if isinstance(error, Taken | LedgerRefused):
        return REFUSED
    return FAILED
