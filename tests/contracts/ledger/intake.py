"""What comes in is stored once, in order, with its work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from router import ranges
from router.ledger import Arrival, Choice, End, FileIn, Ledger, Once, Park, Progress
from router.message import Envelope, new_id
from tests.contracts.ledger.case import LedgerCase, T, arrival


class IntakeRules(LedgerCase):
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

    def test_a_dead_message_that_its_source_sends_again_is_one_dead_letter(self, ledger: Ledger) -> None:
        once = (Once("source:redis:events", "1-1", 60, "duplicate"), Once("dedupe:orders", "WEB-1", 60))
        end = End("dead", "decode", "undecodable", "no field body")
        (first,) = ledger.accept([arrival(once=once, end=end)])
        (second,) = ledger.accept([arrival(once=once, end=end)])
        assert (first.state, second.state, second.of) == ("dead", "duplicate", first.id)
        assert ledger.accept([arrival(once=once[1:])])[0].state == "accepted"

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

    def test_a_source_that_says_when_it_repeats_itself_is_asked_only_then(self, ledger: Ledger) -> None:
        fresh = (Once("source:amqp:bus:stock", "m1", 60, "deliver", look=False),)
        again = (Once("source:amqp:bus:stock", "m1", 60, "deliver"),)
        assert [ledger.accept([arrival(once=fresh)])[0].state for _ in range(2)] == ["accepted", "accepted"]
        assert ledger.accept([arrival(once=again)])[0].state == "duplicate"
        assert ledger.accept([arrival(once=again, body=b"other")])[0].state == "accepted"

    def test_what_a_source_calls_a_message_stays_taken_when_it_dies(self, ledger: Ledger) -> None:
        once = (Once("source:redis:bus:stock", "1-0", 60, "duplicate"), Once("dedupe:orders", "A", 60))
        (first,) = ledger.accept([arrival(once=once, targets=(("r", 1),), route="r")])
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        dead = Park(first.seq, 0, "dead", "decode", "invalid", "not JSON")
        ledger.choose(claim, Choice(work.batch, [Progress(work.id, (0,), 1)], dead=[dead]))
        assert ledger.accept([arrival(once=once[:1])])[0].state == "duplicate"
        assert ledger.accept([arrival(once=once[1:])])[0].state == "accepted"
