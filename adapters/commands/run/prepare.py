"""What comes before the processes: the check of the project and the migration of the ledger, in a process of its own,
so that the supervisor stays small."""

from __future__ import annotations

import os
import sys

import click

from adapters import wiring
from adapters.processes import PREPARE, say_ready
from adapters.settings import Settings


@click.command(hidden=True)
@click.pass_obj
def prepare(settings: Settings) -> None:
    """Checks the project and makes the ledger ready."""
    check(settings)
    say_ready(settings.var, PREPARE, str(os.getppid()))


def check(settings: Settings) -> None:
    """Warnings go to stderr, one a line, as `routes check` prints them. Raises ConfigError."""
    for problem in wiring.prepare(settings):
        print(problem, file=sys.stderr)
