"""Work comes in order, ends in parts, and is halved when it kills its worker."""

from __future__ import annotations

from router.ledger import Choice, Ledger, NewWork, Progress, Settlement
from tests.contracts.ledger.case import LedgerCase


class WorklistRules(LedgerCase):
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

    def test_one_death_is_enough_where_its_cause_is_certain(self, ledger: Ledger) -> None:
        self.put(ledger, 2)
        claim = self.claim(ledger)
        (work,) = ledger.open_work(claim, 1)
        ledger.crashed(work.id, "endless", certain=True)
        halves = ledger.open_work(claim, 10)
        assert [(w.rest, w.crashes) for w in halves] == [("0", 1), ("1", 1)]
        ledger.crashed(halves[1].id, "endless", certain=True)
        assert [w.crashes >= 3 for w in ledger.open_work(claim, 10)] == [False, True]
