from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.memory import FakeClock, MemoryLedger
from router.ledger import Ledger, Progress, Settlement
from tests.contracts.ledger import LedgerContract


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[Ledger]:
        ledger = MemoryLedger(tmp_path / "blobs")
        yield ledger
        ledger.close()

    def advance(self, ledger: Ledger, seconds: float) -> None:
        assert isinstance(ledger, MemoryLedger)
        ledger.clock.advance(seconds)

    def jump(self, ledger: Ledger, seconds: float) -> None:
        assert isinstance(ledger, MemoryLedger)
        ledger.clock.jump(seconds)

    def test_leases_of_an_earlier_boot_are_over(self, ledger: MemoryLedger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        ledger.clock.reboot()
        assert ledger.claim(claim.target, claim.lane, "b/2/2", 30) is not None

    def test_a_wall_clock_that_is_set_back_takes_no_lease_away(self, ledger: MemoryLedger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.clock.jump(-3600)
        assert ledger.claim(claim.target, claim.lane, "b/2/2", 30) is None
        assert ledger.settle(claim, Settlement([Progress(work.id, (0,))])) is not None


def test_the_fake_clock_stands_still() -> None:
    clock = FakeClock()
    assert clock.now() == clock.now()
