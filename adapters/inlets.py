"""The sources at work in one process, and how they change to another version while others go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from adapters.sources import Running
from router.route import Table

Open = Callable[[Table], Mapping[str, Running]]
"""The sources of a table, by route id."""


class Inlets:
    """Each source is stopped, and its route's next one begins when it has ended: none takes in what another has at hand,
    and a long file of one route holds up no other."""

    def __init__(self, open_: Open) -> None:
        self._open = open_
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._sources: Mapping[str, Running] = {}
        self._stop = asyncio.Event()

    def use(self, table: Table) -> None:
        """From now on."""
        self._stop.set()
        self._stop = stop = asyncio.Event()
        last, self._last = self._last, {}
        self._sources = self._open(table)
        for route, source in self._sources.items():
            self._last[route] = task = asyncio.create_task(self._after(last.get(route), source, stop))
            self._tasks.add(task)

    async def _after(self, last: asyncio.Task[None] | None, source: Running, stop: asyncio.Event) -> None:
        if last is not None:
            await asyncio.wait([last])
        if not stop.is_set():
            await source.run(stop)

    async def looked(self, patience: float) -> None:
        """Until each source of a folder has looked there once, and no longer than so many seconds."""
        looks = [look for source in self._sources.values() if (look := getattr(source, "looked", None)) is not None]
        end = time.monotonic() + patience
        for look in looks:
            await asyncio.to_thread(look.wait, max(0.0, end - time.monotonic()))

    async def run(self, table: Table, stop: asyncio.Event) -> None:
        """Until `stop`, and until all have ended. Raises what one of them raises."""
        self.use(table)
        stopper = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set() or self._tasks:
                done, _ = await asyncio.wait({stopper, *self._tasks} if not stop.is_set() else self._tasks,
                                             timeout=1.0, return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
                if stop.is_set():
                    self._stop.set()
                for task in done - {stopper}:
                    self._tasks.discard(task)
                    task.result()
        finally:
            stopper.cancel()
