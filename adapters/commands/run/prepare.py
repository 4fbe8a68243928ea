"""What comes before the processes: the check of the project and the migration of the ledger, in a process of its own,
so that the supervisor stays small."""

from __future__ import annotations

import sys

import click

from adapters import wiring
from adapters.settings import Settings, refuse_missing_secrets


@click.command(hidden=True)
@click.pass_obj
def prepare(settings: Settings) -> None:
    """Checks the project and makes the ledger ready."""
    check(settings)


def check(settings: Settings) -> None:
    """Warnings go to stderr, one a line, as `routes check` prints them. Raises ConfigError and SettingsError."""
    refuse_missing_secrets(settings)
    for problem in wiring.prepare(settings):
        print(problem, file=sys.stderr)
