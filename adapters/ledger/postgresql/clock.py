"""The server's clock, so that hosts whose clocks differ agree. Between two looks at it the host's steady clock carries it
on: a host's wall clock may be set to anything."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from router.errors import LedgerError

FRESH = 10.0
"""Seconds until the server is asked anew."""


class ServerClock:
    """Leases and times are the server's. `ask` returns its epoch milliseconds, or raises LedgerError: then the last answer
    is carried on."""

    boot = "server"

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._look()

    def _look(self) -> None:
        """Half of the way there and back counts as the moment of the answer."""
        before = steady_ms()
        server = self._ask()
        after = steady_ms()
        self._offset = server - (before + after) // 2
        self._asked = time.monotonic()

    def now(self) -> int:
        if time.monotonic() - self._asked > FRESH:
            self._asked = time.monotonic()
            with contextlib.suppress(LedgerError):
                self._look()
        return steady_ms() + self._offset

    def steady(self) -> int:
        return self.now()


def steady_ms() -> int:
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
