"""How much is open, and what closes intake because of it."""

from __future__ import annotations

from typing import Protocol, cast

import pytest

from router.ledger import Ledger, Progress, Settlement, Unpark
from router.limits import Backlog, BackloggedLedger
from tests.contracts.ledger.case import LedgerCase, T, failed


class CountingLedger(Ledger, BackloggedLedger, Protocol):
    """The ledger with what the look for limits asks of it."""


class BacklogRules(LedgerCase):
    @pytest.fixture
    def counting(self, ledger: Ledger) -> CountingLedger:
        return cast(CountingLedger, ledger)

    def test_the_backlog_is_what_is_open_or_waits_for_its_next_try(self, counting: CountingLedger) -> None:
        assert counting.backlog() == []
        seqs = self.put(counting, 3)
        assert counting.backlog() == [Backlog(T, 3, 3)]
        claim = self.claim(counting)
        (work,) = counting.open_work(claim, 1)
        retry, blocked, dead = (failed(seq, state) for seq, state in zip(seqs, ("retry", "blocked", "dead"), strict=True))
        counting.settle(claim, Settlement((Progress(work.id, (0, 1, 2), 3),), park=(retry, blocked, dead)))
        assert counting.backlog() == [Backlog(T, 2, 2)]
        counting.settle(claim, Settlement(unpark=(Unpark(seqs[0], 0, None),)))
        assert counting.backlog() == [Backlog(T, 1, 1)]

    def test_what_closes_intake_is_told_to_all_until_it_does_not(self, counting: CountingLedger) -> None:
        assert counting.closures() == {}
        counting.close_intake({"open": 12, T: 7})
        assert counting.closures() == {"open": 12, T: 7}
        counting.close_intake({T: 8})
        assert counting.closures() == {T: 8}
        counting.close_intake({})
        assert counting.closures() == {}

    def test_a_closed_intake_is_no_counter(self, counting: CountingLedger) -> None:
        counting.close_intake({"open": 12})
        assert [what for what, _, _ in counting.gauges() if what == "counter"] == []

    def test_blobs_are_measured_while_they_are_written_and_when_they_are_gone(self, counting: CountingLedger) -> None:
        assert counting.blob_bytes() == 0
        first, second = counting.blob("first"), counting.blob("second")
        first.write(b"x" * 1000)
        second.write(b"x" * 100)
        assert counting.blob_bytes() == 1100
        second.write(b"x" * 11)
        assert counting.blob_bytes() == 1111
        first.discard()
        assert counting.blob_bytes() == 111
        second.close()
