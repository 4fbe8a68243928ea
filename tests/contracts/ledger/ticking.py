"""Who rings, and a wall clock that is set."""

from __future__ import annotations

from router import ranges
from router.ledger import Ledger, Progress, Pulse, Settlement
from tests.contracts.ledger.case import LedgerCase, T, failed

HOUR = 3600


class TickingRules(LedgerCase):
    def test_one_ticker_rings_at_a_time(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        assert not ledger.take_ticker("b")
        assert ledger.take_ticker("a")
        self.advance(ledger, 2.5)
        assert ledger.take_ticker("b")
        assert not ledger.take_ticker("a")

    def test_a_ticker_whose_clock_was_set_back_goes_on_ringing(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("a")
        assert not ledger.take_ticker("b")

    def test_a_dead_ticker_of_a_clock_that_was_ahead_keeps_nobody_from_ringing(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("b")
        assert not ledger.take_ticker("a")

    def test_what_was_accepted_before_the_clock_was_set_back_is_due(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        self.put(ledger, 2)
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("a")
        (work,) = ledger.open_work(self.claim(ledger), 9)
        assert ranges.decode(work.rest) == [0, 1]

    def test_a_lane_that_was_owned_when_the_clock_was_set_back_is_due_when_its_lease_is_over(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        self.put(ledger)
        self.claim(ledger)
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("a")
        self.advance(ledger, 31)
        self.claim(ledger, owner="b/2/2")

    def test_a_retry_waits_as_long_as_before_when_the_clock_is_set_back(self, ledger: Ledger) -> None:
        seqs = self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        retries = [failed(seq, next_at=ledger.now() + wait) for seq, wait in zip(seqs, (20_000, 7_200_000), strict=True)]
        ledger.settle(claim, Settlement((Progress(work.id, (0, 1), 2),), park=retries))
        ledger.release(claim)
        assert ledger.take_ticker("a")
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("a")
        self.advance(ledger, 19)
        assert [name for name, *_ in ledger.due() if name == T] == []
        self.advance(ledger, 2)
        assert [parked.seq for parked in ledger.due_parked(self.claim(ledger), 9)] == seqs[:1]

    def test_an_open_breaker_is_probed_as_soon_as_before_when_the_clock_is_set_back(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        ledger.settle(claim, Settlement(pulse=Pulse("erp", failures=5, open_after=5, cool_down=10)))
        ledger.release(claim)
        assert ledger.take_ticker("a")
        self.jump(ledger, -HOUR)
        assert ledger.take_ticker("a")
        assert ledger.take_probe("erp", [T], "a/1/1", 30) is None
        self.advance(ledger, 11)
        assert ledger.take_probe("erp", [T], "a/1/1", 30) is not None

    def test_a_clock_that_is_set_forward_makes_due_what_waited(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        self.put(ledger)
        self.jump(ledger, HOUR)
        assert ledger.take_ticker("b")
        assert not ledger.take_ticker("a")
        self.claim(ledger)
