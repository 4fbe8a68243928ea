"""How much is open, and what closes intake because of it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Protocol, cast

import pytest

from router.ledger import Arrival, Ledger, Progress, Settlement, Unpark
from router.limits import Backlog, BackloggedLedger
from router.message import Envelope, new_id
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

    def test_large_bodies_that_are_stored_are_measured(self, counting: CountingLedger) -> None:
        assert counting.blob_bytes() == 0
        for size in (300_000, 100_000):
            id = new_id()
            with contextlib.closing(counting.blob(id)) as writer:
                writer.write(b"x" * size)
                _, sha = writer.finish()
                envelope = Envelope(id, "orders", "/", datetime.now(UTC), blob=writer.path, size=size)
                counting.accept([Arrival(envelope, 1, ((T, 4),), sha)])
        assert counting.blob_bytes() == 400_000
