"""`up`: everything on this host, in one command."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack

import click
import structlog

from adapters import logs
from adapters.child import Part
from adapters.commands.exits import USAGE
from adapters.forking import load
from adapters.frozen import FrozenOwner
from adapters.host import STAGES, broker_part, modules, prepare_part, role_part
from adapters.node import hold_role, holding
from adapters.processes import ready_file
from adapters.settings import EMBEDDED, Settings
from adapters.supervisor import Supervisor, is_ours

WATCH = "watch"

log = structlog.get_logger("crossdock.up")


@click.command()
@click.option("--watch", is_flag=True, help="Serve what is saved in the project's folder, without a restart.")
@click.pass_obj
def up(settings: Settings, watch: bool) -> int:
    """Runs everything: broker, web, inbound, worker. Ctrl-C ends it when what is in flight has ended.

    With --watch an edit is served as soon as it is saved; where it has mistakes they are said, and the version before
    goes on.

    Example: crossdock up --http 127.0.0.1:8080 --watch"""
    logs.configure(settings.log, "up")
    if not settings.config.exists():
        print(f"there is no {settings.config}: go to the project's folder, or say --config", file=sys.stderr)
        return USAGE
    with ExitStack() as held:
        held.enter_context(holding(settings.var, "up"))
        _refuse_running_roles(settings)
        parts = []
        if settings.broker == EMBEDDED:
            parts.append(broker_part(settings, held.enter_context(holding(settings.var, "broker")).fd))
        parts.append(prepare_part(settings))
        roles = (*STAGES, WATCH) if watch else STAGES
        parts.extend(role_part(settings, role) for role in roles)
        _say_what_starts(settings, parts)
        load(modules(settings, roles))
        frozen = FrozenOwner(settings.var / "ledger.lock", is_ours)
        return Supervisor(parts, lambda: _say_ready(settings), frozen.look).run()


def _refuse_running_roles(settings: Settings) -> None:
    """Those of a supervisor that was killed are dying: they are waited for. Raises Taken for one that lives."""
    for role in STAGES:
        hold_role(settings.var, role).release()
        ready_file(settings.var, role).unlink(missing_ok=True)


def _say_what_starts(settings: Settings, parts: list[Part]) -> None:
    names = ", ".join(p.name for p in parts if not p.once)
    log.info(
        f"checking the project, then starting {names}", action="up_starting", project=str(settings.project),
        var=str(settings.var), workers=settings.workers, pid=os.getpid(),
    )  # fmt: skip


def _say_ready(settings: Settings) -> None:
    """Whatever the logs look like, this line stays as it is: programs wait for it."""
    try:
        address = ready_file(settings.var, "web").read_text("utf-8").split()[1]
    except (OSError, IndexError):
        address = f"http://{settings.http}"
    print(f"ready {address}", file=sys.stderr, flush=True)
