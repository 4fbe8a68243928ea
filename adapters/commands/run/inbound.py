"""`run inbound`."""

from __future__ import annotations

import click

from adapters import wiring
from adapters.commands.run.shell import serve
from adapters.settings import Settings


@click.command()
@click.pass_obj
def inbound(settings: Settings) -> None:
    """Folder sources and the ticker.

    Example: crossdock run inbound"""
    serve(settings, "inbound", wiring.run_inbound)
