"""Units that have a row of their own, and members of arrays: read together, so that no chunk is decoded once for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.delivery.units import Unit, UnitReader
from router.ledger import Array, Claim, Ledger, Parked, Revision, Stored

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit to be read: its parked row, or the work row it is open in."""

    place: Place
    target: str
    parked: Parked | None = None
    work: int = 0


class ParkedReader:
    """Makes units of parked rows and of arrays."""

    def __init__(self, ledger: Ledger, units: UnitReader) -> None:
        self._ledger = ledger
        self._units = units

    def heads(self, parked: Sequence[Parked]) -> list[Unit]:
        """In their order, without those whose message is gone."""
        return self._read([Wanted((p.seq, p.record), p.target, p) for p in parked])

    def members(self, claim: Claim, array: Array) -> list[Unit]:
        """The units of a stored array in order, without those that have ended elsewhere."""
        holders = self._ledger.holders(claim, array)
        parked = self._ledger.parked([-id for id in holders.values() if id < 0])
        return self._read([
            Wanted(place, claim.target, parked.get(-id), max(0, id)) for place, id in holders.items()
        ])  # fmt: skip

    def _read(self, wanted: Sequence[Wanted]) -> list[Unit]:
        seqs = {one.place[0] for one in wanted}
        stored = {seq: message for seq in seqs if (message := self._ledger.message(seq)) is not None}
        revisions = {seq: self._ledger.revisions([seq]) for seq in stored}
        there = [one for one in wanted if one.place[0] in stored]
        bodies = self._bodies([one for one in there if one.place[1]], stored, revisions)
        return [self._unit(one, stored[one.place[0]], revisions[one.place[0]], bodies) for one in there]

    def _unit(
        self, one: Wanted, stored: Stored, revisions: Mapping[tuple[int, int, str], Revision], bodies: Mapping[Place, Any]
    ) -> Unit:
        unit = self._units.unit(stored, one.place[1], one.target, revisions)
        unit.work, unit.body = one.work, bodies.get(one.place)
        if one.parked is not None:
            unit.parked, unit.key = one.parked, one.parked.key
            unit.crashes, unit.crash = one.parked.crashes, one.parked.crash
        return unit

    def _bodies(
        self, records: Sequence[Wanted], stored: Mapping[int, Stored],
        revisions: Mapping[int, Mapping[tuple[int, int, str], Revision]],
    ) -> dict[Place, Any]:  # fmt: skip
        """The bodies of records, chunk by chunk."""
        chunks: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for one in records:
            seq, record = one.place
            cut = self._ledger.chunk_of(seq, record)
            assert cut is not None
            chunks[seq, cut.n, one.target].append(record)
        found: dict[Place, Any] = {}
        for (seq, n, target), numbers in chunks.items():
            read = self._units.bodies(stored[seq], target, n, sorted(numbers), revisions[seq])
            found.update(((seq, number), body) for number, body in read)
        return found
