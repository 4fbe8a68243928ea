"""Which error ends a command with which code."""

from __future__ import annotations

import pytest

from adapters.brokers.errors import BrokerAway, BrokerRefused, BrokerUnknown
from adapters.commands.exits import FAILED, REFUSED, UNREACHABLE, USAGE, exit_code
from adapters.node import Taken
from adapters.settings import SettingsError
from router.errors import CrossdockError, LedgerAway, LedgerBusy, LedgerMisnamed, LedgerRefused


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), USAGE), (BrokerRefused("x", "y"), USAGE), (BrokerUnknown("x", "y"), UNREACHABLE),
        (BrokerAway("x", "y"), UNREACHABLE), (Taken("x"), REFUSED), (LedgerRefused("x"), REFUSED),
        (LedgerAway("x"), UNREACHABLE), (LedgerMisnamed("x"), USAGE), (LedgerBusy("x"), FAILED),
        (CrossdockError("x"), FAILED),
    ],
)  # fmt: skip
def test_an_error_has_its_exit_code(error: CrossdockError, code: int) -> None:
    assert exit_code(error) == code
