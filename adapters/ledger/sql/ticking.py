"""Who rings, by a lease on the wall clock; and by it, that the wall clock was set back."""

from __future__ import annotations

from adapters.ledger.sql.database import Database, Run
from router.ledger import FAR

LEASE_MS = 2000

TIMES = (
    ("parked", "next_at", "state='retry'"),
    ("array_out", "next_at", "1=1"),
    ("job", "next_at", "state='running'"),
    ("destination", "until", "circuit='open'"),
    ("destination", "probe_until", "1=1"),
    ("lane", "next_due", "1=1"),
)
"""What waits for an hour: table, column, of which rows."""


class Ticking:
    """The ringing half of the ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def take_ticker(self, owner: str) -> bool:
        now = self.db.clock.now()
        holder, until = self.db.read("SELECT owner, until FROM ticker")[0]
        ahead = until - now
        if holder != owner and 0 < ahead <= LEASE_MS:
            return False
        if holder == owner and LEASE_MS // 2 < ahead <= LEASE_MS:
            return True
        with self.db.write() as run:
            run(
                "UPDATE ticker SET owner=?, until=? WHERE owner=? OR until<=? OR until>?",
                (owner, now + LEASE_MS, owner, now, now + LEASE_MS),
            )
            taken = self.db.changes() == 1
            if taken and ahead > LEASE_MS:
                self._set_back(run, ahead - LEASE_MS, now)
        return taken

    def _set_back(self, run: Run, by: int, now: int) -> None:
        """A lease that ends later than any begun now was given by a clock that went ahead, by so many milliseconds at
        least. What waits for an hour of that clock would wait as much longer."""
        self.db.lock_lanes(run, [str(target) for (target,) in run("SELECT DISTINCT target FROM lane").fetchall()])
        for table, column, rows in TIMES:
            run(
                f"UPDATE {table} SET {column}=CASE WHEN {column}-?>? THEN {column}-? ELSE ? END"
                f" WHERE {rows} AND {column}>? AND {column}<?",
                (by, now, by, now, now, FAR),
            )

    def attended(self) -> bool:
        """Whether somebody rings."""
        ahead = self.db.read("SELECT until FROM ticker")[0][0] - self.db.clock.now()
        return bool(0 < ahead <= LEASE_MS)
