"""Failures in a row open a connection's breaker; then one probe at a time."""

from __future__ import annotations

import pytest

from router.ledger import Ledger, Progress, Pulse, Settlement
from tests.contracts.ledger.case import LedgerCase, T, failed


class BreakerRules(LedgerCase):
    def pulse(self, ledger: Ledger, failures: int, reset: bool = False, probe: bool | None = None) -> None:
        if not [d for d in ledger.due() if d[0] == T]:
            self.put(ledger)
        claim = self.claim(ledger)
        ledger.settle(claim, Settlement(pulse=Pulse("erp", failures, reset, probe, 5, 30)))
        ledger.release(claim)

    def test_failures_in_a_row_open_the_breaker(self, ledger: Ledger) -> None:
        self.pulse(ledger, 3)
        self.pulse(ledger, 1, reset=True)
        self.pulse(ledger, 3)
        assert ledger.circuits()["erp"].state == "closed"
        self.pulse(ledger, 1)
        assert ledger.circuits()["erp"].state == "open"

    def test_one_probe_at_a_time_after_the_cool_down(self, ledger: Ledger) -> None:
        self.pulse(ledger, 5)
        assert ledger.take_probe("erp", [T], "a", 40) is None
        self.advance(ledger, 31)
        assert ledger.take_probe("erp", [T], "a", 40) is not None
        assert ledger.take_probe("erp", [T], "b", 40) is None
        self.pulse(ledger, 1, probe=False)
        assert ledger.take_probe("erp", [T], "b", 40) is None
        self.advance(ledger, 31)
        assert ledger.take_probe("erp", [T], "b", 40) is not None
        self.pulse(ledger, 0, reset=True, probe=True)
        assert ledger.circuits()["erp"].state == "closed"
        assert ledger.circuits()["erp"].total == pytest.approx(62_000, abs=1000)

    def test_the_probe_of_a_process_that_is_gone_is_free(self, ledger: Ledger) -> None:
        """Its target would stay shut for as long as the longest send, once it is back."""
        self.pulse(ledger, 5)
        self.advance(ledger, 31)
        assert ledger.take_probe("erp", [T], "a", 40) is not None
        ledger.release_dead(lambda owner: None)
        assert ledger.take_probe("erp", [T], "b", 40) is None
        ledger.release_dead(lambda owner: owner != "a")
        assert ledger.take_probe("erp", [T], "b", 40) is not None

    def test_one_that_failed_as_a_probe_goes_behind_all_others(self, ledger: Ledger) -> None:
        seqs = self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        parks = [failed(seqs[0], probed=True), failed(seqs[1])]
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1), 2)], parks))
        assert [p.seq for p in ledger.due_parked(claim, 10)] == [seqs[1], seqs[0]]

    def test_the_probe_is_of_the_first_target_that_has_something_due(self, ledger: Ledger) -> None:
        other, idle = "orders.wms", "orders.idle"
        ledger.ensure({idle: 4})
        self.pulse(ledger, 5)
        self.put(ledger, targets=((T, 4), (other, 4)))
        for targets, taken in (((idle, other, T), other), ((idle, T, other), T)):
            self.advance(ledger, 31)
            place = ledger.take_probe("erp", targets, "a", 40)
            assert place is not None
            assert place[0] == taken
            ledger.drop_probe("erp", "a")
