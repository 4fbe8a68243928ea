"""What processing chose is stored whole, under the claim's fence, or not at all."""

from __future__ import annotations

from router.ledger import Choice, Fate, Ledger, NewWork, Once, Progress
from router.ports import Cut
from tests.contracts.ledger.case import LedgerCase


class ChoiceRules(LedgerCase):
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
