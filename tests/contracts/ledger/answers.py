"""What a caller is told about its message stays true."""

from __future__ import annotations

from router.ledger import Attempt, Ledger, Progress, Settlement, Unpark
from tests.contracts.ledger.case import LedgerCase, T


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

    def test_a_success_in_flight_wins_over_late(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, deadline=1, late="cancel")
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.late(seq, T)
        receipt = Attempt(seq, 0, 1, ledger.now(), 0.02, True, "POST /x", 201)
        ledger.settle(claim, Settlement([Progress(work.id, (0,))], unpark=[Unpark(seq, 0)], attempts=[receipt]))
        assert ledger.outcome(seq, T) == "delivered"
        assert ledger.late(seq, T) == "delivered"
