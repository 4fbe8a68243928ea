"""What comes before the processes: the check of the project and the migration of the ledger, in a process of its own:
what the project makes in memory, and what its own Python does, is not the supervisor's."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

import click

from adapters import wiring
from adapters.brokers.errors import BrokerAway
from adapters.brokers.knock import knock
from adapters.settings import EMBEDDED, Settings, refuse_missing_secrets
from router.config.problems import Problem
from router.errors import LedgerAway

BETWEEN_LOOKS = 1.0
"""Seconds until a ledger that could not be reached is tried again."""


@click.command(hidden=True)
@click.pass_obj
def prepare(settings: Settings) -> None:
    """Checks the project and makes the ledger ready."""
    check(settings)


def check(settings: Settings) -> None:
    """Warnings go to stderr, one a line, as `routes check` prints them. Raises ConfigError, SettingsError and
    BrokerTrouble, the latter not for a broker that is away: the worker waits for it and says so."""
    refuse_missing_secrets(settings)
    for problem in _prepared(settings):
        print(problem, file=sys.stderr)
    if settings.broker != EMBEDDED:
        with suppress(BrokerAway):
            knock(settings.broker)


def _prepared(settings: Settings) -> list[Problem]:
    """Hosts may start before the server of their ledger: it is waited for, and that is said once."""
    said = False
    while True:
        try:
            return wiring.prepare(settings)
        except LedgerAway as error:
            if not said:
                print(f"{error.reason}: waiting until it answers", file=sys.stderr, flush=True)
            said = True
        time.sleep(BETWEEN_LOOKS)
