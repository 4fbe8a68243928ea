"""What a lane works through: parked heads whose time has come, then open work, each unit once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from router.delivery.parked import ParkedReader
from router.delivery.units import Unit, UnitReader
from router.ledger import Claim, Ledger, Work

WORK_AHEAD = 4
HEADS = 100
MANY_WORKS = 64

Lost = Callable[[int, tuple[int, ...]], None]


class Feed:
    """The lane's units in order: what was issued and is not committed is not issued again. `lost` is told of units of
    a work row that have ended elsewhere."""

    def __init__(self, ledger: Ledger, units: UnitReader, lost: Lost) -> None:
        self._ledger = ledger
        self._reader = units
        self._parked_reader = ParkedReader(ledger, units)
        self._lost = lost
        self._works: set[int] = set()
        self._parked: set[int] = set()
        self._units: Iterator[Unit | tuple[int, ...]] | None = None
        self._work: Work | None = None

    def next(self, claim: Claim, probing: bool) -> Unit | None:
        while True:
            if self._units is None and not self._refill(claim, probing):
                return None
            assert self._units is not None
            found = next(self._units, None)
            if found is None:
                self._units = None
            elif isinstance(found, tuple):
                assert self._work is not None
                self._lost(self._work.id, found)
            else:
                return found

    def forget(self, claim: Claim, live: set[int]) -> None:
        """After a commit: a parked row that comes due again is a new unit, but for those `live` ones that are still on
        their way; works that are done are gone."""
        if self._units is None:
            self._parked &= live
        if len(self._works) > MANY_WORKS:
            self._works &= {w.id for w in self._ledger.open_work(claim, 4096)}

    def _refill(self, claim: Claim, probing: bool) -> bool:
        due = self._ledger.due_parked(claim, HEADS + len(self._parked))
        heads = [p for p in due if p.id not in self._parked]
        if probing:
            fresh = [p for p in heads if not p.probed]
            heads = fresh or ([] if self._open(claim) else heads)
        if heads:
            self._parked.update(p.id for p in heads)
            self._units = iter(self._parked_reader.heads(heads))
            return True
        work = self._open(claim)
        if work is None:
            return False
        self._works.add(work.id)
        self._work = work
        self._units = self._reader.of_work(work)
        return True

    def _open(self, claim: Claim) -> Work | None:
        works = self._ledger.open_work(claim, len(self._works) + WORK_AHEAD)
        return next((w for w in works if w.id not in self._works), None)
