"""What a shift hears of doorbells while it works: nothing as long as it computes, since it looks soon by itself, and each one
while it rests, which is to wait for answers with little else to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

MEASURE_EVERY, RESTS_BELOW = 0.05, 0.25
"""Seconds between two looks at how much it computes, and the share of a processor below which it rests: at full load, on a
machine that has other work besides, it gets about half of one."""


@dataclass
class Ear:
    """Of one worker child. `tell` is told, again and again, whether it rests; then `ring` is to be called by each doorbell."""

    tell: Callable[[bool], None] = lambda rests: None
    clock: Callable[[], float] = time.monotonic
    used: Callable[[], float] = time.process_time
    _rung: asyncio.Future[None] | None = None
    _measured: tuple[float, float] | None = None

    def listen(self) -> asyncio.Future[None]:
        """Before each look for work: ends with the next doorbell after that."""
        now, used = self.clock(), self.used()
        since, before = self._measured or (now, used)
        if self._measured is None or now - since >= MEASURE_EVERY:
            self._measured = now, used
            self.tell(used - before < (now - since) * RESTS_BELOW)
        if self._rung is None or self._rung.done():
            self._rung = asyncio.get_running_loop().create_future()
        return self._rung

    def ring(self) -> None:
        """In the loop's own thread."""
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(None)

    def close(self) -> None:
        """Its work is done: who rings next begins the next shift."""
        self.tell(False)
        self._rung = self._measured = None
