"""The parts that a host runs, as the supervisor starts them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from adapters import broker
from adapters.child import Part
from adapters.commands import answer
from adapters.processes import PREPARE, SUPERVISED, read_ready
from adapters.pulse import pulse_of
from adapters.settings import EMBEDDED, Settings

DOOR = Path(__file__).resolve().parent.parent / "cli.py"
"""Run by its path and never by `-m`: the working folder, where a project has a `transforms` of its own, must not come
before ours."""
STAGES = {"web": 0, "inbound": 0, "worker": 1}
BROKEN_STORE = 2
"""After so many ends without ever answering, what the broker stored is thrown away: doorbells are rung anew."""


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(DOOR), *arguments]


def environment(settings: Settings) -> dict[str, str]:
    """For a child: the settings as they were settled here; few malloc arenas, which grow without use otherwise."""
    found = {**settings.environment(), SUPERVISED: "1", "MALLOC_ARENA_MAX": "2"}
    if settings.broker == EMBEDDED:
        found["CROSSDOCK_BROKER_URL"] = broker.url(settings.var)
    return found


def modules(settings: Settings, roles: Iterable[str]) -> list[str]:
    """What these roles import before they work."""
    found = [*(f"adapters.commands.run.{role}" for role in (PREPARE, *roles)), "adapters.registry", "adapters.celery.loaded"]
    scheme = "redis" if settings.broker == EMBEDDED else settings.broker.partition(":")[0]
    found.append("kombu.transport.pyamqp" if scheme.startswith("amqp") else "kombu.transport.redis")
    if settings.ledger_path is None:
        found.append("adapters.ledger.postgresql.ledger")
    return found


def role_part(settings: Settings, role: str) -> Part:
    return Part(
        role, command("run", role), _says(settings.var, role), STAGES.get(role, 0),
        ("broker",) if settings.broker == EMBEDDED else (PREPARE,), environment(settings), work=answer,
        pulse=pulse_of(role),
    )  # fmt: skip


def broker_part(settings: Settings, lock: int) -> Part:
    """The server inherits the lock, so that the next broker waits until it is really gone."""

    def troubled(times: int) -> None:
        if times >= BROKEN_STORE:
            broker.forget(settings.var)

    return Part(
        "broker", broker.prepare(settings.var), lambda pid: broker.answers(settings.var), 2, (PREPARE,),
        inherit=(lock,), restarts_always=True, troubled=troubled,
    )  # fmt: skip


def prepare_part(settings: Settings) -> Part:
    """The check of the project, which comes before everything else: where it fails, nothing is started."""
    return Part(PREPARE, command("run", PREPARE), lambda pid: False, environment=environment(settings), once=True,
                work=answer)  # fmt: skip


def _says(var: Path, role: str) -> Callable[[int], bool]:
    return lambda pid: read_ready(var, role, pid) is not None
