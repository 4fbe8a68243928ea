"""What a caller is told about its message stays true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from router.browse import Selection
from router.ledger import Attempt, Ledger, Park, Progress, Settlement, Unpark
from tests.contracts.ledger.case import LedgerCase, T, arrival


class AnswerRules(LedgerCase):
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

    def test_how_long_a_caller_waits_does_not_depend_on_the_clock_of_its_host(self, ledger: Ledger) -> None:
        behind = datetime.now(UTC) - timedelta(hours=1)
        made = arrival(late="cancel", deadline=int(behind.timestamp() * 1000) + 5_000)
        [receipt] = ledger.accept([replace(made, envelope=replace(made.envelope, received_at=behind))])
        stored = ledger.message(receipt.seq)
        assert stored is not None
        assert stored.deadline is not None
        assert -60_000 < stored.deadline - ledger.now() <= 5_000

    def test_what_was_tried_before_the_caller_was_told_is_kept_and_the_next_of_its_key_goes_on(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, deadline=1, late="cancel")
        (behind,) = self.put(ledger)
        claim = self.claim(ledger)
        works = ledger.open_work(claim, 2)
        tried = Park(seq, 0, "retry", error="500", reason="HTTP 500", status=500, key="K", attempt=2, next_at=ledger.now() + 9)
        waits = Park(behind, 0, "blocked", key="K")
        ledger.settle(claim, Settlement([Progress(w.id, (0,), 1) for w in works], [tried, waits]))
        assert ledger.late(seq, T) == "late"
        (letter,) = ledger.dead_letters(Selection())
        assert (letter.attempts, letter.status, letter.reason) == (2, 500, "the caller was told 504; last: HTTP 500")
        assert [(p.seq, p.state) for p in ledger.due_parked(claim, 10)] == [(behind, "retry")]

    def test_a_success_in_flight_wins_over_late(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, deadline=1, late="cancel")
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.late(seq, T)
        receipt = Attempt(seq, 0, 1, ledger.now(), 0.02, True, "POST /x", 201)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))], unpark=[Unpark(seq, 0)], attempts=[receipt]))
        assert ledger.outcome(seq, T) == "delivered"
        assert ledger.late(seq, T) == "delivered"
