"""An AMQP source with a real ledger, in this process or in one that may be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.amqp.broker import broker_of
from adapters.inbound.amqp.source import AmqpSource
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.processes import die_with_parent
from router.receive import Receiver
from router.route import Connection, Route, Source

KEEP = 3600.0


class NoBell:
    def ring(self) -> None:
        return


class Quay:
    """`refuse`, while set, is what the ledger raises. `kill_at`: the process ends itself at its n-th commit, right
    before the acknowledgement."""

    def __init__(self, folder: Path, url: str, queue: str, prefetch: int = 1000, kill_at: int = 0) -> None:
        self.folder, self.url, self.queue, self.prefetch = folder, url, queue, prefetch
        self.ledger = SqliteLedger(folder / "ledger.db", folder / "blobs")
        self.receiver = Receiver(self.ledger, NoBell())
        self.refuse: Exception | None = None
        self.refused = 0
        self.commits: list[int] = []
        self.paused = False
        self._kill_at = kill_at

    def admit(self, *arguments: Any) -> Any:
        return self.receiver.admit(*arguments)

    def store(self, arrivals: Any) -> Any:
        if self.refuse is not None:
            self.refused += 1
            raise self.refuse
        self.commits.append(len(arrivals))
        return self.receiver.store(arrivals)

    def blob(self, id: str) -> Any:
        return self.ledger.blob(id)

    def checkpoint(self, step: str) -> None:
        if len(self.commits) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def source(self) -> AmqpSource:
        options = {"amqp": "bus", "queue": self.queue, "prefetch": self.prefetch}
        route = Route("stock", Source("amqp", options), ())
        connection = Connection("bus", "amqp", {"url": self.url}, timeout=3.0)
        return AmqpSource(route, connection, broker_of(self.url), self, self, KEEP, self.checkpoint, lambda: self.paused)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.source().run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)

    def rows(self, columns: str = "id") -> list[tuple[Any, ...]]:
        """Of all messages that were accepted, in order."""
        return list(self.ledger.db.read(f"SELECT {columns} FROM message ORDER BY seq"))

    def bodies(self) -> list[bytes]:
        """Of all that are no duplicate."""
        return [bytes(row[0]) for row in self.rows("body") if row[0] is not None]

    def close(self) -> None:
        self.ledger.close()


def killed(folder: Path, url: str, queue: str, prefetch: int, kill_at: int) -> None:
    """Runs a source in a process of its own until it kills itself."""
    program = f"""
import asyncio, pathlib
from tests.integration.quay import Quay
quay = Quay(pathlib.Path({str(folder)!r}), {url!r}, {queue!r}, {prefetch}, {kill_at})
asyncio.run(quay.source().run(asyncio.Event()))
"""
    parent = os.getpid()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], timeout=60, check=False, capture_output=True,
        preexec_fn=lambda: die_with_parent(parent),
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


async def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)
