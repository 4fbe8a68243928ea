"""What every ledger must do: each rule of the design that a crash, a slow worker or an operator can break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from router import ranges
from router.ledger import (
    Arrival,
    Attempt,
    Choice,
    Claim,
    End,
    Fate,
    FileIn,
    Ledger,
    NewWork,
    Once,
    Park,
    Progress,
    Pulse,
    Settlement,
    Unpark,
)  # fmt: skip
from router.message import Envelope, new_id
from router.ports import Cut

T = "orders.erp"


def arrival(
    route: str = "orders", body: bytes = b"{}", targets: tuple[tuple[str, int], ...] = ((T, 4),),
    once: tuple[Once, ...] = (), sha: bytes | None = None, end: End | None = None, file: FileIn | None = None,
    id: str | None = None, deadline: int | None = None, late: str = "",
) -> Arrival:  # fmt: skip
    envelope = Envelope(id or new_id(), route, "/orders", datetime.now(UTC), raw=body, size=len(body))
    return Arrival(envelope, 1, targets, sha or body.ljust(32, b"."), once, (), end, deadline, late, file)


def failed(seq: int, state: str = "retry", next_at: int = 0, key: str | None = None, **more: object) -> Park:
    return Park(seq, 0, state, "send", "503", "HTTP 503", 503, key, 1, next_at, **more)  # type: ignore[arg-type]


class LedgerContract:
    """Subclass and give `ledger` (a fixture) and the clock's `advance`."""

    @pytest.fixture
    def ledger(self) -> Iterator[Ledger]:
        raise NotImplementedError

    def advance(self, ledger: Ledger, seconds: float) -> None:
        """Lets leases and times of the ledger pass."""
        raise NotImplementedError

    def claim(self, ledger: Ledger, target: str = T, owner: str = "a/1/1", lease: float = 30) -> Claim:
        for name, lane, _ in ledger.due():
            if name == target:
                found = ledger.claim(name, lane, owner, lease)
                if found is not None:
                    return found
        raise AssertionError(f"no lane of {target} is due")

    def put(self, ledger: Ledger, n: int = 1, **more: object) -> list[int]:
        return [r.seq for r in ledger.accept([arrival(**more) for _ in range(n)])]  # type: ignore[arg-type]

    # --- coming in ---
    def test_what_was_accepted_is_there_with_its_work(self, ledger: Ledger) -> None:
        seqs = self.put(ledger, 3, body=b'{"a": 1}')
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 10)
        assert ranges.decode(work.rest) == [0, 1, 2]
        stored = ledger.stored(work.batch, [0, 1, 2])
        assert [s.seq for s in stored] == seqs
        assert [s.envelope.read() for s in stored] == [b'{"a": 1}'] * 3

    def test_batches_are_numbered_in_the_order_of_their_commits(self, ledger: Ledger) -> None:
        first, second = self.put(ledger, 2), self.put(ledger, 2)
        assert first[0] < first[1] < second[0] < second[1]
        assert second[0] >> 16 == (first[0] >> 16) + 1

    def test_the_same_ids_again_after_a_lost_answer_store_nothing_twice(self, ledger: Ledger) -> None:
        one = arrival()
        first = ledger.accept([one])
        again = ledger.accept([one])
        assert again[0].state == "accepted"
        assert again[0].seq == first[0].seq

    def test_a_second_message_with_the_same_identity_is_a_duplicate_of_the_first(self, ledger: Ledger) -> None:
        once = (Once("dedupe:orders", "WEB-1", 60),)
        (first,) = ledger.accept([arrival(once=once)])
        (second,) = ledger.accept([arrival(once=once)])
        assert (second.state, second.id, second.of) == ("duplicate", first.id, first.id)
        assert sum(ranges.size(w.rest) for w in ledger.open_work(self.claim(ledger), 10)) == 1

    def test_two_of_the_same_identity_in_one_transaction_are_one_and_its_duplicate(self, ledger: Ledger) -> None:
        once = (Once("dedupe:orders", "WEB-1", 60),)
        states = [r.state for r in ledger.accept([arrival(once=once), arrival(once=once)])]
        assert states == ["accepted", "duplicate"]

    @pytest.mark.parametrize(
        ("changed", "state"), [("dead", "dead"), ("duplicate", "duplicate"), ("deliver", "accepted")]
    )
    def test_the_same_identity_with_other_bytes(self, ledger: Ledger, changed: str, state: str) -> None:
        once = (Once("dedupe:orders", "WEB-1", 60, changed),)
        ledger.accept([arrival(once=once, body=b"1")])
        (second,) = ledger.accept([arrival(once=once, body=b"2")])
        assert second.state == ("conflict" if state == "dead" else state)

    def test_an_identity_is_free_again_after_its_time(self, ledger: Ledger) -> None:
        once = (Once("dedupe:orders", "WEB-1", 60),)
        ledger.accept([arrival(once=once)])
        self.advance(ledger, 61)
        assert ledger.accept([arrival(once=once)])[0].state == "accepted"

    def test_a_refused_message_is_recorded_and_holds_no_identity(self, ledger: Ledger) -> None:
        once = (Once("dedupe:orders", "WEB-1", 60),)
        end = End("refused", "validate", "invalid", "qty: not a number")
        (refused,) = ledger.accept([arrival(once=once, end=end)])
        assert refused.state == "refused"
        assert ledger.message(refused.seq) is not None
        assert ledger.accept([arrival(once=once)])[0].state == "accepted"

    def test_a_large_body_lies_in_a_blob_that_was_synced_before(self, ledger: Ledger) -> None:
        id = new_id()
        writer = ledger.blob(id)
        writer.write(b"x" * 100_000)
        size, sha = writer.finish()
        envelope = Envelope(id, "orders", "/", datetime.now(UTC), blob=writer.path, size=size)
        (receipt,) = ledger.accept([Arrival(envelope, 1, ((T, 4),), sha)])
        writer.close()
        stored = ledger.message(receipt.seq)
        assert stored is not None
        assert stored.envelope.read() == b"x" * 100_000

    def test_a_stored_file_is_known_until_its_move_is_done(self, ledger: Ledger) -> None:
        file = FileIn("/in/a.csv", 1, 2, 3, 4)
        (receipt,) = ledger.accept([arrival(file=file)])
        assert ledger.file_stored("/in/a.csv", file) == receipt.id
        assert ledger.file_stored("/in/a.csv", FileIn("/in/a.csv", 1, 2, 3, 5)) is None
        ledger.file_moved("/in/a.csv", file, "/done/a.csv")
        assert ledger.file_stored("/in/a.csv", file) is None

    # --- lanes ---
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
        self.advance(ledger, 5.1)
        again = self.claim(ledger)
        assert [p.seq for p in ledger.due_parked(again, 10)] == [seq]

    def test_lanes_of_a_dead_process_are_free_at_once(self, ledger: Ledger) -> None:
        self.put(ledger)
        claim = self.claim(ledger, owner="me/7/1")
        assert ledger.release_dead(lambda owner: None) == 0
        assert ledger.release_dead(lambda owner: True) == 0
        assert ledger.release_dead(lambda owner: owner != "me/7/1") == 1
        assert ledger.claim(claim.target, claim.lane, "me/8/2", 30) is not None

    def test_next_due_is_compared_with_the_work_itself(self, ledger: Ledger) -> None:
        self.put(ledger)
        assert ledger.check_due() == 0

    def test_one_ticker_rings_at_a_time(self, ledger: Ledger) -> None:
        assert ledger.take_ticker("a")
        assert not ledger.take_ticker("b")
        assert ledger.take_ticker("a")
        self.advance(ledger, 2.5)
        assert ledger.take_ticker("b")
        assert not ledger.take_ticker("a")

    # --- work and order ---
    def test_work_comes_by_batch_and_position_whatever_its_id(self, ledger: Ledger) -> None:
        ledger.ensure({"r": 1})
        for _ in range(2):
            self.put(ledger, 2, targets=(("r", 1),), route="r")
        claim = self.claim(ledger, "r")
        older, newer = ledger.open_work(claim, 2)
        ledger.choose(claim, Choice(newer.batch, [Progress(newer.id, (0, 1))], [NewWork("r.t", 0, "0-1")]))
        ledger.choose(claim, Choice(older.batch, [Progress(older.id, (0, 1))], [NewWork("r.t", 0, "0-1")]))
        works = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert [w.batch for w in works] == [older.batch, newer.batch]

    def test_part_of_a_work_row_may_end(self, ledger: Ledger) -> None:
        self.put(ledger, 5)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1, 3))]))
        assert ledger.open_work(claim, 1)[0].rest == "2,4"
        ledger.settle(claim, Settlement([Progress(work.id, (2, 4))]))
        assert ledger.open_work(claim, 1) == []

    def test_saying_twice_that_a_unit_ended_counts_once(self, ledger: Ledger) -> None:
        self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        for _ in range(2):
            ledger.settle(claim, Settlement([Progress(work.id, (0,))]))
        assert ledger.open_work(claim, 1)[0].rest == "1"

    # --- parking ---
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

    def test_a_unit_dead_before_any_target_is_one_row_and_left_alone_by_all(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=((T, 4), ("orders.lake", 4)))
        for name in (T, "orders.lake"):
            claim = self.claim(ledger, name)
            (work,) = ledger.open_work(claim, 1)
            dead = Park(seq, 0, "dead", "map", "undefined", "body.x is undefined")
            ledger.settle(claim, Settlement([Progress(work.id, (0,), 1)], dead_messages=[dead]))
            assert ledger.ended(name, work.batch, work.id) == {(seq, 0)}
        assert ledger.outcome(seq, T) == "dead"

    # --- breaker ---
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

    def test_one_that_failed_as_a_probe_goes_behind_all_others(self, ledger: Ledger) -> None:
        seqs = self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        parks = [failed(seqs[0], probed=True), failed(seqs[1])]
        ledger.settle(claim, Settlement([Progress(work.id, (0, 1), 2)], parks))
        assert [p.seq for p in ledger.due_parked(claim, 10)] == [seqs[1], seqs[0]]

    # --- poison ---
    def test_two_crashes_halve_the_batch_until_one_is_left(self, ledger: Ledger) -> None:
        self.put(ledger, 4)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.crashed(work.id, "SIGSEGV")
        assert [w.rest for w in ledger.open_work(claim, 10)] == ["0-3"]
        ledger.crashed(work.id, "SIGSEGV")
        halves = ledger.open_work(claim, 10)
        assert [w.rest for w in halves] == ["0-1", "2-3"]
        ledger.crashed(halves[0].id, "SIGSEGV")
        single = ledger.open_work(claim, 10)
        assert [w.rest for w in single] == ["0", "1", "2-3"]
        ledger.crashed(single[0].id, "SIGSEGV")
        assert ledger.open_work(claim, 10)[0].crashes == 2
        assert ledger.open_work(claim, 10)[0].crash == "SIGSEGV"

    # --- processing ---
    def test_chunks_and_their_work_are_made_in_one_transaction(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        cut = Cut(0, 10, 100, 1, 7, 2)
        choice = Choice(work.batch, [Progress(work.id, (0,))], [NewWork("r.t", 1, "1-7", seq, 0)], [(seq, cut)],
                        [(seq, 1, 7)])  # fmt: skip
        assert ledger.choose(claim, choice) is not None
        assert ledger.chunks(seq) == (cut, (1, 7))
        assert ledger.chunk_of(seq, 5) == cut
        (mine,) = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert (mine.seq, mine.chunk, mine.rest) == (seq, 0, "1-7")

    def test_processing_under_a_lost_claim_writes_nothing(self, ledger: Ledger) -> None:
        self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        self.advance(ledger, 31)
        self.claim(ledger, "r", "b/2/2")
        assert ledger.choose(claim, Choice(work.batch, [Progress(work.id, (0,))], [NewWork("r.t", 1, "0")])) is None
        assert all(t != "r.t" for t, _, _ in ledger.due())

    def test_an_identity_found_in_processing_is_taken_once(self, ledger: Ledger) -> None:
        once = Once("dedupe:r", "A", 60)
        first, second = self.put(ledger, 2, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        choice = Choice(work.batch, [Progress(work.id, (0, 1))], [NewWork("r.t", 1, "0-1")],
                        once=[(first, once), (second, once)])  # fmt: skip
        ledger.choose(claim, choice)
        (mine,) = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert mine.rest == "0"
        assert ledger.outcome(second, "r.t") == "duplicate"

    def test_filtered_units_have_a_fate_with_the_rule(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        fate = Fate("0", "filtered", "filter: body.x", target="r")
        ledger.choose(claim, Choice(work.batch, [Progress(work.id, (0,))], fates=[fate]))
        assert ledger.outcome(seq, "r.t") == "filtered"

    # --- answers ---
    def test_the_receipt_of_a_delivery_is_kept(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        assert ledger.answer(seq, T) is None
        receipt = Attempt(
            seq, 0, 1, ledger.now(), 0.02, True, "POST /x", 201, response_type="text/plain", response=b"hi"
        )
        ledger.settle(claim, Settlement([Progress(work.id, (0,))], attempts=[receipt]))
        answer = ledger.answer(seq, T)
        assert answer is not None
        assert (answer.ok, answer.status, answer.response) == (True, 201, b"hi")
        assert ledger.outcome(seq, T) == "delivered"

    def test_a_caller_that_was_told_late_is_not_served_after(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, deadline=1, late="cancel")
        assert ledger.late(seq, T) == "late"
        assert ledger.outcome(seq, T) == "dead"

    def test_a_success_in_flight_wins_over_late(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, deadline=1, late="cancel")
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.late(seq, T)
        receipt = Attempt(seq, 0, 1, ledger.now(), 0.02, True, "POST /x", 201)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))], unpark=[Unpark(seq, 0)], attempts=[receipt]))
        assert ledger.outcome(seq, T) == "delivered"
        assert ledger.late(seq, T) == "delivered"

    def test_config_versions_are_kept_whole(self, ledger: Ledger) -> None:
        one = ledger.store_version({"routes.yaml": b"version: 1"}, "me", "first")
        assert ledger.store_version({"routes.yaml": b"version: 1"}, "me", "again") == one
        two = ledger.store_version({"routes.yaml": b"version: 1 # x"}, "me", "edit")
        assert two == one + 1
        first = ledger.version(one)
        assert first is not None
        assert first.files == {"routes.yaml": b"version: 1"}
        newest = ledger.version(0)
        assert newest is not None
        assert newest.number == two


__all__ = ["LedgerContract", "arrival", "failed"]
