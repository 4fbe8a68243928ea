"""What failed is parked and blocks its key only."""

from __future__ import annotations

from router import ranges
from router.ledger import Choice, Claim, Ledger, NewWork, Park, Progress, Settlement, Unpark
from tests.contracts.ledger.case import LedgerCase, T, failed


class ParkingRules(LedgerCase):
    def park_keys(self, ledger: Ledger, states: list[str], **more: object) -> tuple[Claim, list[int]]:
        """Messages of one key at an ordered lane, in the given states, in order."""
        ledger.ensure({"r.t": 16})
        seqs = self.put(ledger, len(states), targets=(("r", 1),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        everything = ranges.encode(range(len(states)))
        ledger.choose(
            claim, Choice(work.batch, [Progress(work.id, tuple(range(len(states))))], [NewWork("r.t", 3, everything)])
        )
        ledger.release(claim)
        lane = self.claim(ledger, "r.t")
        (mine,) = ledger.open_work(lane, 1)
        parks = [failed(s, state, key="K", **more) for s, state in zip(seqs, states, strict=True)]
        ledger.settle(lane, Settlement([Progress(mine.id, tuple(range(len(states))), len(states))], parks))
        return lane, seqs

    def test_a_failed_one_blocks_its_key_only(self, ledger: Ledger) -> None:
        lane, _ = self.park_keys(ledger, ["retry", "blocked"])
        assert ledger.blocked(lane) == {"K"}

    def test_the_next_of_a_key_follows_when_the_head_was_delivered(self, ledger: Ledger) -> None:
        lane, seqs = self.park_keys(ledger, ["retry", "blocked", "blocked"])
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[0]]
        ledger.settle(lane, Settlement(unpark=[Unpark(seqs[0], 0, "K")]))
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[1]]
        ledger.settle(lane, Settlement(unpark=[Unpark(seqs[1], 0, "K")]))
        ledger.settle(lane, Settlement(unpark=[Unpark(seqs[2], 0, "K")]))
        assert ledger.blocked(lane) == set()

    def test_one_that_is_parked_behind_a_head_delivered_in_the_same_transaction_is_not_forgotten(
        self, ledger: Ledger
    ) -> None:
        lane, seqs = self.park_keys(ledger, ["retry"])
        later = Park(seqs[0] + 1, 0, "blocked", key="K")
        ledger.settle(lane, Settlement(park=[later], unpark=[Unpark(seqs[0], 0, "K")]))
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[0] + 1]

    def test_a_dead_head_is_skipped(self, ledger: Ledger) -> None:
        lane, seqs = self.park_keys(ledger, ["retry", "blocked"])
        ledger.settle(lane, Settlement(park=[failed(seqs[0], "dead", key="K")]))
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[1]]

    def test_a_dead_head_holds_its_key_where_the_target_says_so(self, ledger: Ledger) -> None:
        lane, seqs = self.park_keys(ledger, ["retry", "blocked"])
        ledger.settle(lane, Settlement(park=[failed(seqs[0], "dead", key="K", hold=True)]))
        assert ledger.due_parked(lane, 10) == []
        assert ledger.blocked(lane) == {"K"}

    def test_one_that_comes_again_goes_before_a_later_one_that_waits_for_its_next_try(self, ledger: Ledger) -> None:
        lane, seqs = self.park_keys(ledger, ["retry", "blocked"])
        ledger.settle(lane, Settlement(unpark=[Unpark(seqs[0], 0, "K")]))
        ledger.settle(lane, Settlement(park=[failed(seqs[0], "blocked", key="K")]))
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[0]]
        ledger.settle(lane, Settlement(park=[failed(seqs[0], "dead", key="K")]))
        assert [p.seq for p in ledger.due_parked(lane, 10)] == [seqs[1]]

    def test_one_that_comes_again_and_dies_holds_a_later_one_that_waits_for_its_next_try(self, ledger: Ledger) -> None:
        lane, seqs = self.park_keys(ledger, ["retry", "blocked"])
        ledger.settle(lane, Settlement(unpark=[Unpark(seqs[0], 0, "K")]))
        ledger.settle(lane, Settlement(park=[failed(seqs[0], "dead", key="K", hold=True)]))
        assert ledger.due_parked(lane, 10) == []

    def test_a_unit_dead_before_any_target_is_one_row_and_left_alone_by_all(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=((T, 4), ("orders.lake", 4)))
        for name in (T, "orders.lake"):
            claim = self.claim(ledger, name)
            (work,) = ledger.open_work(claim, 1)
            dead = Park(seq, 0, "dead", "map", "undefined", "body.x is undefined")
            ledger.settle(claim, Settlement([Progress(work.id, (0,), 1)], dead_messages=[dead]))
            assert ledger.ended(name, work.batch, work.id) == {(seq, 0)}
        assert ledger.outcome(seq, T) == "dead"
