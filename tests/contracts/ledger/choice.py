"""What processing chose is stored whole, under the claim's fence, or not at all."""

from __future__ import annotations

from router.ledger import Choice, Derived, Fate, Ledger, NewWork, Once, Progress, Taken
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
                        once=[Taken(first, once), Taken(second, once)])  # fmt: skip
        ledger.choose(claim, choice)
        (mine,) = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert mine.rest == "0"
        assert ledger.outcome(second, "r.t") == "duplicate"

    def test_records_take_identities_too_and_are_compared_by_their_content(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        same, other = (Once("dedupe:r", key, 60) for key in ("A", "B"))
        taken = [Taken(seq, same, 1, b"x"), Taken(seq, other, 2, b"y"), Taken(seq, same, 3, b"x"), Taken(seq, other, 4, b"z")]
        ledger.choose(
            claim, Choice(work.batch, [Progress(work.id, (0,))], [NewWork("r.t", 1, "1-4", seq, 0)], once=taken)
        )
        (mine,) = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert mine.rest == "1-2"

    def test_a_unit_that_takes_its_identity_again_is_no_duplicate_of_itself(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        taken = Taken(seq, Once("dedupe:r", "A", 60), 1, b"x")
        ledger.choose(claim, Choice(work.batch, [], once=[taken]))
        ledger.choose(claim, Choice(work.batch, [Progress(work.id, (0,))], [NewWork("r.t", 1, "1", seq, 0)], once=[taken]))
        (mine,) = ledger.open_work(self.claim(ledger, "r.t"), 10)
        assert mine.rest == "1"

    def test_what_a_step_made_is_kept_as_it_was_first(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        for made in (b"first", b"second"):
            ledger.choose(claim, Choice(work.batch, [], derived=[Derived(seq, 1, "1.0", 2, made)]))
        assert ledger.derived(seq, 1, "1.0") == {2: b"first"}
        assert ledger.derived(seq, 1, "2.0") == ledger.derived(seq, 2, "1.0") == {}

    def test_filtered_units_have_a_fate_with_the_rule(self, ledger: Ledger) -> None:
        (seq,) = self.put(ledger, targets=(("r", 4),), route="r")
        claim = self.claim(ledger, "r")
        (work,) = ledger.open_work(claim, 1)
        fate = Fate("0", "filtered", "filter: body.x", target="r")
        ledger.choose(claim, Choice(work.batch, [Progress(work.id, (0,))], fates=[fate]))
        assert ledger.outcome(seq, "r.t") == "filtered"
