"""The ledger in memory: the same statements on a database that nobody else sees, with a clock that tests move.

A crash is a `MemoryLedger` that a test goes on with after it dropped every claim holder: what was committed is there,
what was not is gone.
"""

from __future__ import annotations

from pathlib import Path

from adapters.ledger.sql.database import Clock
from adapters.ledger.sqlite.ledger import SqliteLedger


class FakeClock:
    """Time stands still until it is told to go on."""

    boot = "boot"

    def __init__(self, now: int = 1_700_000_000_000) -> None:
        self._now = now
        self._steady = 1_000_000

    def now(self) -> int:
        return self._now

    def steady(self) -> int:
        return self._steady

    def advance(self, seconds: float) -> None:
        self._now += int(seconds * 1000)
        self._steady += int(seconds * 1000)

    def jump(self, seconds: float) -> None:
        """The wall clock is set; the steady one goes on."""
        self._now += int(seconds * 1000)

    def reboot(self) -> None:
        self.boot += "+"
        self._steady = 1000


class MemoryLedger(SqliteLedger):
    """For tests and dry runs."""

    clock: FakeClock

    def __init__(self, blobs: Path, clock: Clock | None = None) -> None:
        self.clock = clock or FakeClock()  # type: ignore[assignment]  # a test that brings its own knows what it is
        super().__init__(None, blobs, self.clock)

    def image(self) -> bytes:
        """All that is in it."""
        return self.db.image()

    def restore(self, image: bytes) -> None:
        """To what it was when the image was made: quicker than a new one."""
        self.db._writer.deserialize("main", image)
