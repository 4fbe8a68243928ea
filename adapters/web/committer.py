"""Group commit with no timer: what arrives while one commit runs is the next commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from router.errors import LedgerBusy, LedgerError
from router.ledger import Arrival, Receipt

Store = Callable[[list[Arrival]], list[Receipt]]
Waiting = tuple[Arrival, "asyncio.Future[Receipt]"]

MOST_IN_A_COMMIT = 1000
MOST_WAITING = 10_000
MOST_BYTES_WAITING = 64 * 1024 * 1024


class Committer:
    """Stores arrivals in one thread, many at a time, in the order in which they came.

    A caller that goes away does not take its message with it: what was handed in is stored.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Waiting] = []
        self._bytes = 0
        self._thread = ThreadPoolExecutor(1, "commit")
        self._task: asyncio.Task[None] | None = None

    async def commit(self, arrival: Arrival) -> Receipt:
        """Returns when the arrival is stored. Raises LedgerError where nothing was stored."""
        if len(self._waiting) >= MOST_WAITING or self._bytes >= MOST_BYTES_WAITING:
            raise LedgerBusy("The ledger is behind: too many messages wait to be stored.")
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, future))
        self._bytes += len(arrival.envelope.raw or b"")
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return await future

    async def close(self) -> None:
        """Stores what waits, then gives up the thread."""
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=True)

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_IN_A_COMMIT], self._waiting[MOST_IN_A_COMMIT:]
            self._bytes -= sum(len(a.envelope.raw or b"") for a, _ in batch)
            await self._settle(batch)
        self._task = None

    async def _settle(self, batch: list[Waiting]) -> None:
        loop = asyncio.get_running_loop()
        try:
            receipts = await loop.run_in_executor(self._thread, self._store, [arrival for arrival, _ in batch])
        except LedgerError as error:
            fail(batch, error)
        except Exception as error:  # one that cannot be stored must not take the others of its commit with it
            if len(batch) == 1:
                fail(batch, error)
            else:
                for one in batch:
                    await self._settle([one])
        else:
            for (_, future), receipt in zip(batch, receipts, strict=True):
                if not future.done():
                    future.set_result(receipt)


def fail(batch: list[Waiting], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
