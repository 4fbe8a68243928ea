"""A lane has one owner, and is due when there is work."""

from __future__ import annotations

import pytest

from router.ledger import Ledger, Progress, Settlement
from tests.contracts.ledger.case import LedgerCase, failed


class LanesRules(LedgerCase):
    def test_a_lane_has_one_owner_until_its_lease_is_over(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        assert ledger.due() == []
        assert ledger.claim(claim.target, claim.lane, "b/2/2", 30) is None
        self.advance(ledger, 31)
        other = ledger.claim(claim.target, claim.lane, "b/2/2", 30)
        assert other is not None
        assert other.epoch == claim.epoch + 1

    def test_a_worker_that_slept_through_its_lease_writes_nothing(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        self.advance(ledger, 31)
        other = self.claim(ledger, owner="b/2/2")
        late = Settlement([Progress(work.id, (0,))], [failed(seq)])
        assert ledger.settle(claim, late) is None
        assert ledger.renew(claim) is None
        assert ledger.release(claim) is False
        assert ledger.open_work(other, 1)[0].rest == "0"
        assert ledger.due_parked(other, 10) == []

    def test_every_outcome_renews_the_lease(self, ledger: Ledger) -> None:
        self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        self.advance(ledger, 20)
        renewed = ledger.settle(claim, Settlement([Progress(work.id, (0,))]))
        assert renewed is not None
        assert ledger.left(renewed) == pytest.approx(30, abs=0.5)
        self.advance(ledger, 20)
        assert ledger.claim(claim.target, claim.lane, "b/2/2", 30) is None

    def test_a_released_lane_without_work_is_not_due(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))]))
        assert ledger.release(claim)
        assert ledger.due() == []

    def test_work_that_comes_while_a_lane_is_owned_makes_it_due_at_release(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        for _ in range(4):
            self.put(ledger)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))]))
        ledger.release(claim)
        assert (claim.target, claim.lane) in {(t, n) for t, n, _ in ledger.due()}

    def test_a_lane_with_a_retry_is_due_when_its_time_has_come(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.settle(claim, Settlement([Progress(work.id, (0,), 1)], [failed(seq, next_at=ledger.now() + 5000)]))
        ledger.release(claim)
        assert ledger.due() == []
        assert ledger.soon(1000) is None
        assert 4000 < (ledger.soon(6000) or 0) <= 5000
        self.advance(ledger, 5.1)
        assert ledger.soon(6000) is None
        again = self.claim(ledger)
        assert [p.seq for p in ledger.due_parked(again, 10)] == [seq]

    def test_lanes_of_a_dead_process_are_free_at_once(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger, owner="me/7/1")
        assert ledger.release_dead(lambda owner: None) == 0
        assert ledger.release_dead(lambda owner: True) == 0
        assert ledger.release_dead(lambda owner: owner != "me/7/1") == 1
        assert ledger.claim(claim.target, claim.lane, "me/8/2", 30) is not None

    def test_who_has_work_that_is_parted_meanwhile_says_nothing_of_the_whole(self, ledger: Ledger) -> None:
        """A child's death is told when another has taken its lane and read the work."""
        self.put(ledger, 4)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.crashed(work.id, "SIGSEGV", certain=True)
        assert ledger.settle(claim, Settlement([Progress(work.id, (0, 1, 2, 3))])) is None
        again = self.claim(ledger, owner="b/2/2")
        assert [w.rest for w in ledger.open_work(again, 9)] == ["0-1", "2-3"]

    def test_next_due_is_compared_with_the_work_itself(self, ledger: Ledger) -> None:
        self.put(ledger)
        assert ledger.check_due() == 0
