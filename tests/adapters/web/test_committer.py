"""Group commit: what came while one commit ran is the next commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from adapters.web.committer import Committer
from router.errors import LedgerBusy, LedgerFull
from router.ledger import Arrival, Receipt
from router.message import Envelope, utc_now

pytestmark = pytest.mark.asyncio


def arrival(n: int, size: int = 1) -> Arrival:
    return Arrival(Envelope(str(n), "r", "/r", utc_now(), b"x" * size, size=size), 1, (), b"")


def receipts(arrivals: Sequence[Arrival]) -> list[Receipt]:
    return [Receipt("accepted", a.envelope.id, 0) for a in arrivals]


class SlowStore:
    """Holds the first commit until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def __call__(self, arrivals: list[Arrival]) -> list[Receipt]:
        self.batches.append([a.envelope.id for a in arrivals])
        self.begun.set()
        assert self.go.wait(5)
        return receipts(arrivals)


async def begin(committer: Committer, *arrivals: Arrival) -> list[asyncio.Task[Receipt]]:
    tasks = [asyncio.create_task(committer.commit(a)) for a in arrivals]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_a_commit_is_the_next_one_in_order() -> None:
    store = SlowStore()
    committer = Committer(store)
    first = await begin(committer, arrival(0))
    await asyncio.to_thread(store.begun.wait, 5)
    rest = await begin(committer, *(arrival(n) for n in range(1, 1503)))
    store.go.set()
    done = await asyncio.gather(*first, *rest)
    assert [len(b) for b in store.batches] == [1, 1000, 502]
    assert [r.id for r in done] == [str(n) for n in range(1503)]
    await committer.close()


async def test_a_caller_who_goes_away_does_not_take_its_message_along() -> None:
    store = SlowStore()
    committer = Committer(store)
    first = await begin(committer, arrival(0))
    [gone] = await begin(committer, arrival(1))
    gone.cancel()
    store.go.set()
    await asyncio.gather(*first)
    await committer.close()
    assert [id for batch in store.batches for id in batch] == ["0", "1"]


async def test_a_ledger_error_is_told_to_all_of_its_commit() -> None:
    def full(arrivals: list[Arrival]) -> list[Receipt]:
        raise LedgerFull

    committer = Committer(full)
    told = await asyncio.gather(*(committer.commit(arrival(n)) for n in range(3)), return_exceptions=True)
    assert [type(t) for t in told] == [LedgerFull] * 3
    await committer.close()


async def test_one_that_cannot_be_stored_takes_no_other_along() -> None:
    def picky(arrivals: list[Arrival]) -> list[Receipt]:
        if any(a.envelope.id == "1" for a in arrivals):
            raise ValueError("cannot be stored")
        return receipts(arrivals)

    committer = Committer(picky)
    told = await asyncio.gather(*(committer.commit(arrival(n)) for n in range(3)), return_exceptions=True)
    assert [getattr(t, "id", type(t)) for t in told] == ["0", ValueError, "2"]
    await committer.close()


async def test_what_waits_is_bounded_in_bytes() -> None:
    store = SlowStore()
    committer = Committer(store)
    first = await begin(committer, arrival(0))
    await asyncio.to_thread(store.begun.wait, 5)
    waiting = await begin(committer, arrival(1, 64 * 1024 * 1024))
    with pytest.raises(LedgerBusy):
        await committer.commit(arrival(2))
    store.go.set()
    await asyncio.gather(*first, *waiting)
    assert (await committer.commit(arrival(3))).id == "3"
    await committer.close()
