"""`run watch`: part of `up --watch`."""

from __future__ import annotations

import click

from adapters import wiring
from adapters.commands.run.shell import serve
from adapters.settings import Settings


@click.command(hidden=True)
@click.pass_obj
def watch(settings: Settings) -> None:
    """Serves what is saved in the project's folder."""
    serve(settings, "watch", wiring.run_watch)
