"""What the processes have in common: logs, their lock, the check of the project, signals, the word "ready"."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from adapters import broker, logs
from adapters.celery.bell import CeleryBell
from adapters.commands.run.prepare import check
from adapters.node import holding
from adapters.processes import SUPERVISED, say_ready
from adapters.pulse import Pulse, beating, pulse_of
from adapters.settings import EMBEDDED, Settings

Ready = Callable[..., None]
Work = Callable[[Settings, CeleryBell, Ready, asyncio.Event], Awaitable[None]]


@contextmanager
def role(settings: Settings, name: str) -> Iterator[Ready]:
    """The life of a role: one of each on a var. Yields what says that it takes work (with its address, if any).
    Raises Taken and ConfigError."""
    logs.configure(settings.log, name)
    alone = SUPERVISED not in os.environ
    with holding(settings.var, name):
        if alone:
            check(settings)
        yield _Ready(settings, name, alone)


class _Ready:
    def __init__(self, settings: Settings, name: str, alone: bool) -> None:
        self._settings, self._name, self._alone = settings, name, alone

    def __call__(self, text: str = "") -> None:
        say_ready(self._settings.var, self._name, text)
        if self._alone:
            print(f"ready {text or self._name}", file=sys.stderr, flush=True)


def broker_url(settings: Settings) -> str:
    return broker.url(settings.var) if settings.broker == EMBEDDED else settings.broker


def serve(settings: Settings, name: str, work: Work, runner: Callable[[], asyncio.Runner] = asyncio.Runner) -> None:
    """Runs a role's coroutine until TERM or INT, and lets it end by itself."""
    with role(settings, name) as ready, runner() as loop:
        bell = CeleryBell(broker_url(settings))
        loop.run(_until_signal(work, settings, bell, ready, pulse_of(name)))
        bell.close()


async def _until_signal(work: Work, settings: Settings, bell: CeleryBell, ready: Ready, pulse: Pulse) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    beats = asyncio.create_task(beating(pulse))
    await work(settings, bell, ready, stop)
    beats.cancel()
