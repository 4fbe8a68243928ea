"""Arrays: which deliveries are sent together, stored before the first send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.lanes import fenced
from adapters.ledger.sql.rows import wake
from router import ranges
from router.ledger import Array, ArrayEnd, Claim

MEMBERS = msgspec.json.Decoder(tuple[tuple[int, int], ...])


class Arrays:
    """The half of the SQLite ledger that keeps arrays."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def gather(self, claim: Claim, array: Array) -> Claim | None:
        now = self.db.clock.now()
        with fenced(self.db, claim) as (run, renewed):
            if renewed is None:
                return None
            members = msgspec.json.encode(array.members).decode()
            run("INSERT INTO array_out VALUES (?,?,?,?,0,?)", (array.id, claim.target, claim.lane, members, now))
            self.db.many(
                'UPDATE parked SET "array"=? WHERE seq=? AND record=? AND target=? AND state=\'retry\'',
                [(array.id, *place, claim.target) for place in array.members],
            )
            return renewed

    def arrays(self, claim: Claim, due: bool = True) -> list[Array]:
        rows = self.db.read(
            "SELECT id, members FROM array_out WHERE target=? AND lane=? AND next_at<=? ORDER BY at, id",
            (claim.target, claim.lane, self.db.clock.now() if due else 2**62),
        )
        return [Array(id, MEMBERS.decode(members)) for id, members in rows]

    def holders(self, claim: Claim, array: Array) -> dict[tuple[int, int], int]:
        found = self._in_work(claim, array)
        # of several members of one key only the first is `retry`
        parked = (
            'SELECT seq, record, id FROM parked WHERE target=? AND lane=? AND "array"=? AND state IN (\'retry\', \'blocked\')'
        )
        for seq, record, id in self.db.read(parked, (claim.target, claim.lane, array.id)):
            found[seq, record] = -id
        return {place: found[place] for place in array.members if place in found}

    def _in_work(self, claim: Claim, array: Array) -> dict[tuple[int, int], int]:
        batches = sorted({seq >> 16 for seq, _ in array.members})
        marks = ",".join("?" * len(batches))
        rows = self.db.read(
            f"SELECT id, batch, seq, rest FROM work WHERE state=0 AND target=? AND lane=? AND batch IN ({marks})",
            (claim.target, claim.lane, *batches),
        )
        found: dict[tuple[int, int], int] = {}
        for id, batch, seq, rest in rows:
            for n in ranges.decode(rest):
                found[((batch << 16) | n, 0) if seq is None else (seq, n)] = id
        return found

    def dissolve(self, claim: Claim, id: str) -> Claim | None:
        with fenced(self.db, claim) as (run, renewed):
            if renewed is None:
                return None
            end_arrays(run, [ArrayEnd(id)])
            run('UPDATE parked SET "array"=\'\' WHERE target=? AND lane=? AND "array"=?', (claim.target, claim.lane, id))
            wake(run, [(claim.target, claim.lane)], self.db.clock.now())
            return renewed


def end_arrays(run: Run | Any, ends: Iterable[ArrayEnd]) -> None:
    for end in ends:
        if end.next_at is None:
            run("DELETE FROM array_out WHERE id=?", (end.id,))
        else:
            run("UPDATE array_out SET next_at=? WHERE id=?", (end.next_at, end.id))
