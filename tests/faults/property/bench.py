"""Any ledger under the rules: how it is made, how its time passes, how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from adapters.ledger.memory import FakeClock, MemoryLedger
from adapters.ledger.sqlite.ledger import SqliteLedger
from router.browse import Browser
from router.jobs import Caretaker
from router.ledger import Ledger


class WholeLedger(Browser, Caretaker, Ledger, Protocol):
    """The ledger with the operators' half, and what tests count."""

    def counters(self) -> dict[str, int]: ...


class Bench(Protocol):
    """One fresh ledger. `advance` lets leases and times pass, `jump` sets the wall clock alone."""

    ledger: WholeLedger

    def advance(self, seconds: float) -> None: ...

    def jump(self, seconds: float) -> None: ...

    def close(self) -> None: ...


class MemoryBench:
    """The ledger in memory."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.ledger: WholeLedger = self._made(folder)
        self.advance = self.clock.advance
        self.jump = self.clock.jump

    def _made(self, folder: Path) -> WholeLedger:
        return MemoryLedger(folder / "blobs", self.clock)

    def close(self) -> None:
        self.ledger.close()


class SqliteBench(MemoryBench):
    """The ledger in a file."""

    def _made(self, folder: Path) -> WholeLedger:
        return SqliteLedger(folder / "ledger.db", folder / "blobs", self.clock)
