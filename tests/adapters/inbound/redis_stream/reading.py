"""A ledger, a source of stream entries and what the tests of it look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from adapters.inbound.redis_stream.entries import Entry, Read
from adapters.inbound.redis_stream.group import Group
from adapters.inbound.redis_stream.source import RedisStreamSource
from adapters.inbound.redis_stream.take import Taker
from adapters.ledger.memory import MemoryLedger
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.redis_server import Server
from router.receive import Receiver
from router.route import Route, Source
from tests.router.workshop import Bell, Json, target

STREAM = "stock"
ROUTE = Route("r", Source("redis", {"redis": "events", "stream": STREAM, "group": "crossdock"}), (target(),), 1, codec=Json())


class Watched(Group):
    """Counts."""

    claims = 0

    async def claim(self, idle: float, after: bytes, count: int) -> Read:
        self.claims += 1
        return await super().claim(idle, after, count)


class Reading:
    """One reader. `ledger` may be shared by several."""

    def __init__(self, url: str, ledger: SqliteLedger, reader: str = "node-a:r", timeout: float = 5.0, **options: Any) -> None:
        self.ledger = ledger
        self.taker = Taker(ROUTE, Receiver(ledger, Bell()), ledger.blob, 3600.0)
        self.group = Watched(Server({"url": url, "timeout": timeout}), STREAM, "crossdock", reader)
        self.source = RedisStreamSource("r", self.group, self.store, **options)
        self.before: Callable[[Sequence[Entry]], None] = lambda entries: None
        """Called before a batch is stored; what it raises happened to the ledger."""

    def store(self, entries: Sequence[Entry]) -> object:
        self.before(entries)
        return self.taker.store(entries)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Reading]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.source.run(stop))
        try:
            yield self
        finally:
            stop.set()
            async with asyncio.timeout(10):
                await task


def memory(folder: Path) -> MemoryLedger:
    return MemoryLedger(folder / "blobs")


def bodies(ledger: SqliteLedger) -> list[bytes]:
    """Of all that was accepted, duplicates left out, in the order in which it was stored."""
    rows = ledger.db.read("SELECT seq FROM message WHERE body IS NOT NULL OR blob IS NOT NULL ORDER BY seq")
    found = [ledger.message(seq) for (seq,) in rows]
    return [stored.envelope.read() for stored in found if stored is not None]


def count(ledger: SqliteLedger) -> int:
    return int(ledger.db.read("SELECT count(*) FROM message WHERE body IS NOT NULL OR blob IS NOT NULL")[0][0])


async def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """While the loop goes on."""
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)
