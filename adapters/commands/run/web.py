"""`run web`."""

from __future__ import annotations

import asyncio
import sys

import click

from adapters import wiring
from adapters.celery.bell import CeleryBell
from adapters.commands.exits import REFUSED
from adapters.commands.run.shell import Ready, serve
from adapters.settings import Settings
from adapters.web.server import AddressError, new_event_loop


@click.command()
@click.pass_obj
def web(settings: Settings) -> int:
    """HTTP sources, health and metrics.

    Example: crossdock run web --http 0.0.0.0:8080"""
    try:
        serve(settings, "web", _work, lambda: asyncio.Runner(loop_factory=new_event_loop))
    except AddressError as error:
        print(error.reason, file=sys.stderr)
        return REFUSED
    return 0


async def _work(settings: Settings, bell: CeleryBell, ready: Ready, stop: asyncio.Event) -> None:
    host = settings.http.rpartition(":")[0]
    await wiring.run_web(settings, bell, lambda http, admin: ready(f"http://{host}:{http}"), stop)
