"""Arrays are stored before they are sent, and stay what they are while nobody knows what became of them."""

from __future__ import annotations

from router.ledger import Array, ArrayEnd, Claim, Ledger, Progress, Settlement
from tests.contracts.ledger.case import LedgerCase, failed


class ArrayRules(LedgerCase):
    def gathered(self, ledger: Ledger, count: int = 3) -> tuple[Claim, Array]:
        """An array of the first two of so many messages."""
        seqs = self.put(ledger, count)
        claim = self.claim(ledger)
        array = Array("a1", ((seqs[0], 0), (seqs[1], 0)))
        claimed = ledger.gather(claim, array)
        assert claimed is not None
        return claimed, array

    def test_an_array_is_there_for_the_next_owner(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger)
        self.advance(ledger, 1000)
        again = self.claim(ledger)
        assert again.epoch > claim.epoch
        assert ledger.arrays(again) == [array]
        assert list(ledger.holders(again, array)) == list(array.members)

    def test_who_lost_the_lane_stores_none(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger)
        self.advance(ledger, 1000)
        self.claim(ledger)
        assert ledger.gather(claim, Array("late", array.members)) is None
        assert ledger.dissolve(claim, array.id) is None
        assert [one.id for one in ledger.arrays(claim)] == [array.id]

    def test_an_array_that_ended_is_gone(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger)
        (work,) = ledger.open_work(claim, 1)
        ended = Settlement([Progress(work.id, (0, 1))], arrays=[ArrayEnd(array.id)], delivered=2)
        assert ledger.settle(claim, ended) is not None
        assert ledger.arrays(claim, due=False) == []
        assert [w.rest for w in ledger.open_work(claim, 1)] == ["2"]

    def test_one_that_failed_waits_with_its_members(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger)
        (work,) = ledger.open_work(claim, 1)
        at = ledger.now() + 5000
        parks = [failed(seq, "retry", next_at=at, array=array.id) for seq, _ in array.members]
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1), 2)], parks, arrays=[ArrayEnd(array.id, at)]))
        assert ledger.arrays(claim) == []
        assert ledger.arrays(claim, due=False) == [array]
        self.advance(ledger, 6)
        claim = ledger.renew(claim) or claim
        assert ledger.arrays(claim) == [array]
        assert ledger.due_parked(claim, 10) == []
        holders = ledger.holders(claim, array)
        assert all(id < 0 for id in holders.values())
        assert {p.seq for p in ledger.parked([-id for id in holders.values()]).values()} == {seq for seq, _ in array.members}

    def test_the_lane_is_due_when_its_array_is(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger, 2)
        (work,) = ledger.open_work(claim, 1)
        at = ledger.now() + 5000
        parks = [failed(seq, "retry", next_at=at, array=array.id) for seq, _ in array.members]
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1), 2)], parks, arrays=[ArrayEnd(array.id, at)]))
        ledger.release(claim)
        assert ledger.due() == []
        self.advance(ledger, 6)
        assert [(target, lane) for target, lane, _ in ledger.due()] == [(claim.target, claim.lane)]

    def test_members_of_a_dissolved_array_go_their_own_ways(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger, 2)
        (work,) = ledger.open_work(claim, 1)
        parks = [failed(seq, "retry", next_at=ledger.now(), array=array.id) for seq, _ in array.members]
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1), 2)], parks, arrays=[ArrayEnd(array.id, ledger.now())]))
        assert ledger.due_parked(claim, 10) == []
        assert ledger.dissolve(claim, array.id) is not None
        assert [p.seq for p in ledger.due_parked(claim, 10)] == [seq for seq, _ in array.members]
        assert ledger.arrays(claim, due=False) == []

    def test_a_member_that_ended_elsewhere_has_no_holder(self, ledger: Ledger) -> None:
        claim, array = self.gathered(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))]))
        assert list(ledger.holders(claim, array)) == [array.members[1]]
