from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.memory import FakeClock
from adapters.ledger.sqlite.ledger import SqliteLedger
from router.ledger import Ledger
from tests.contracts.ledger import LedgerContract


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[Ledger]:
        self.clock = FakeClock()
        ledger = SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs", self.clock)
        yield ledger
        ledger.close()

    def advance(self, ledger: Ledger, seconds: float) -> None:
        self.clock.advance(seconds)

    def jump(self, ledger: Ledger, seconds: float) -> None:
        self.clock.jump(seconds)
