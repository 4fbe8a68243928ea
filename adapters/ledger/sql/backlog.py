"""How much is open, and what closes intake because of it. Written by the one that rings, read by all processes."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Database
from router.limits import Backlog

OPEN_WORK = """SELECT target, sum(CASE WHEN seq IS NULL THEN size - ok - failed ELSE 1 END), sum(size - ok - failed)
 FROM work WHERE state=0 GROUP BY target"""
WAITING = """SELECT target, sum(n) FROM (SELECT l.target AS target, (SELECT count(*) FROM parked p WHERE p.target=l.target
 AND p.lane=l.lane AND p.state IN ('retry', 'blocked')) AS n FROM lane l) x GROUP BY target"""
CLOSED = "closed:"
"""How counters begin that say how high something stood when it closed intake."""


class Backlogs:
    """The half of the ledger that says how much it holds."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs

    def backlog(self) -> list[Backlog]:
        """Of each target and route that has something open: a look over all open rows, by an index alone where the engine
        has one."""
        held = {str(t): (int(rows), int(units)) for t, rows, units in self.db.read(OPEN_WORK)}
        for target, n in self.db.read(WAITING):
            rows, units = held.get(target, (0, 0))
            held[str(target)] = (rows + int(n), units + int(n))
        return [Backlog(target, *both) for target, both in held.items() if both[1]]

    def blob_bytes(self) -> int:
        """What bodies that are kept beside the rows take."""
        return self.blobs.used()

    def closures(self) -> dict[str, int]:
        """What closes intake, with how high it stands; cheap."""
        rows = self.db.read("SELECT name, value FROM counter WHERE name >= ? AND name < ?", (CLOSED, CLOSED[:-1] + ";"))
        return {str(name).removeprefix(CLOSED): int(value) for name, value in rows}

    def close_intake(self, by: Mapping[str, int]) -> None:
        """By these and nothing else; none: it is open."""
        with self.db.write() as run:
            run("DELETE FROM counter WHERE name >= ? AND name < ?", (CLOSED, CLOSED[:-1] + ";"))
            for what, value in sorted(by.items()):
                run("INSERT INTO counter VALUES (?,?)", (CLOSED + what, value))
