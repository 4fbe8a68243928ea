"""`run worker`. With the embedded broker and nobody who runs it, it brings the broker along."""

from __future__ import annotations

import sys

import click

from adapters import logs, wiring
from adapters.celery.bell import CeleryBell
from adapters.celery.marks import Slot
from adapters.celery.worker import run_worker
from adapters.commands.run.shell import broker_url, role
from adapters.forking import load
from adapters.host import broker_part, modules, prepare_part, role_part
from adapters.node import hold_role, refuse_unusable, role_lock, try_lock
from adapters.pulse import pulse_of
from adapters.settings import EMBEDDED, Settings
from adapters.supervisor import Supervisor


@click.command()
@click.pass_obj
def worker(settings: Settings) -> int:
    """Celery: processing and delivery.

    Example: crossdock run worker --workers 4"""
    refuse_unusable(settings.var)
    if settings.broker == EMBEDDED and (lock := try_lock(role_lock(settings.var, "broker"))) is not None:
        return _with_broker(settings, lock.fd)
    with role(settings, "worker") as ready:
        return run_worker(
            broker_url(settings), settings.workers, settings.child_memory, lambda slot: _shifts(settings, slot), ready,
            pulse_of("worker").beat,
        )  # fmt: skip


def _shifts(settings: Settings, slot: Slot) -> wiring.ShiftRunner:
    bell = CeleryBell(broker_url(settings), quiet=True)
    return wiring.ShiftRunner(settings, bell, slot)


def _with_broker(settings: Settings, lock: int) -> int:
    logs.configure(settings.log, "up")
    hold_role(settings.var, "worker").release()
    load(modules(settings, ["worker"]))
    parts = (broker_part(settings, lock), prepare_part(settings), role_part(settings, "worker"))
    return Supervisor(parts, lambda: print("ready worker", file=sys.stderr, flush=True)).run()
