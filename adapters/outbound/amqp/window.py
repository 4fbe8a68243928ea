"""One call of `send` on its way through the thread that publishes: parcels in, an outcome for each out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from router.ports import Outcome, Parcel

DELIVERED = Outcome()


class Window:
    """Made and awaited in the event loop, settled in the thread (or given up in the loop). `deadline` is in monotonic
    seconds; after it, or once nobody waits any more, nothing of it is published."""

    def __init__(self, parcels: Sequence[Parcel], timeout: float, loop: asyncio.AbstractEventLoop) -> None:
        self.parcels = parcels
        self.timeout = timeout
        self.started = monotonic()
        self.deadline = self.started + timeout
        self.future: asyncio.Future[list[Outcome]] = loop.create_future()
        self.duration = 0.0
        self.seen = -1
        """How many frames had come from the broker when this was published; -1 before."""
        self._loop = loop
        self._lock = threading.Lock()
        self._outcomes: list[Outcome | None] = [None] * len(parcels)
        self._left = len(parcels)

    @property
    def over(self) -> bool:
        return self._left == 0

    @property
    def late(self) -> bool:
        return monotonic() >= self.deadline

    @property
    def remaining(self) -> float:
        return self.deadline - monotonic()

    def open(self, number: int) -> bool:
        return self._outcomes[number] is None

    def settle(self, number: int, outcome: Outcome) -> None:
        """The first word stands."""
        with self._lock:
            if self._outcomes[number] is not None:
                return
            self._outcomes[number] = outcome
            self._left -= 1
        if self._left == 0:
            self._tell()

    def fail(self, error: str, reason: str) -> None:
        """All that have no outcome yet."""
        outcome = Outcome(error, reason)
        for number in range(len(self._outcomes)):
            self.settle(number, outcome)

    def _tell(self) -> None:
        self.duration = monotonic() - self.started
        outcomes = [o for o in self._outcomes if o is not None]
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._resolve, outcomes)

    def _resolve(self, outcomes: list[Outcome]) -> None:
        if not self.future.done():
            self.future.set_result(outcomes)
