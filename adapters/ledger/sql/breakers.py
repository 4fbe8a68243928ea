"""Breakers of connections: counting failures, and the one probe at a time of an open one."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.ledger.sql.database import Database, Run
from router.ledger import Pulse


class Breakers:
    """The probing half of the SQLite ledger's work."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def take_probe(self, connection: str, targets: Sequence[str], owner: str, lease: float) -> tuple[str, int] | None:
        now = self.db.clock.now()
        marks = ",".join("?" * len(targets))
        free = f"(lease_until<{self.db.clock.steady()} OR boot<>?) AND paused=0 AND next_due<=? AND target IN ({marks})"
        with self.db.write() as run:
            run(
                "UPDATE destination SET probe_owner=?, probe_until=? WHERE connection=? AND circuit='open' AND until<=?"
                " AND probe_until<?",
                (owner, now + int(lease * 1000), connection, now, now),
            )
            if self.db.changes() == 0:
                return None
            args = (self.db.clock.boot, now, *targets)
            turn = " ".join(f"WHEN ? THEN {number}" for number in range(len(targets)))
            best = run(
                f"SELECT target, lane FROM ("
                f" SELECT l.target, l.lane, l.next_due, 0 AS rank FROM lane l WHERE {free} AND EXISTS (SELECT 1 FROM work w"
                f"  WHERE w.state=0 AND w.target=l.target AND w.lane=l.lane)"
                f" UNION ALL SELECT l.target, l.lane, l.next_due, (SELECT min(p.probed) FROM parked p WHERE p.target=l.target"
                f"  AND p.lane=l.lane AND p.state='retry' AND p.next_at<={now}) FROM lane l WHERE {free}"
                f") AS found WHERE rank IS NOT NULL ORDER BY CASE target {turn} END, rank, next_due LIMIT 1",
                (*args, *args, *targets),
            ).fetchone()
            if best is None:
                run("UPDATE destination SET probe_owner='', probe_until=0 WHERE connection=?", (connection,))
                return None
            return str(best[0]), int(best[1])

    def drop_probe(self, connection: str, owner: str) -> None:
        with self.db.write() as run:
            run(
                "UPDATE destination SET probe_owner='', probe_until=0 WHERE connection=? AND probe_owner=?",
                (connection, owner),
            )


def beat(db: Database, run: Run, pulse: Pulse, now: int) -> None:
    """Counts failures in a row; opens and closes the breaker."""
    read = "SELECT circuit, failures, opened_at, total FROM destination WHERE connection=?"
    row = run(read, (pulse.connection,)).fetchone()
    if row is not None and row[0] == "closed" and not row[1] and not pulse.failures:
        # All is well and was before: a row that all lanes write would make them wait for each other.
        return
    if row is None:
        run("INSERT INTO destination (connection) VALUES (?) ON CONFLICT DO NOTHING", (pulse.connection,))
    circuit, failures, opened_at, total = run(read + db.for_update, (pulse.connection,)).fetchone()
    failures = pulse.failures if pulse.reset else failures + pulse.failures
    if circuit == "open":
        if pulse.probe is None:
            # Sends that were on their way when it opened say nothing about now, unless they fail.
            return
        if pulse.probe:
            circuit, failures, total = "closed", 0, total + now - opened_at
        until = 0 if pulse.probe else now + int(pulse.cool_down * 1000)
    elif failures >= pulse.open_after:
        circuit, opened_at, until = "open", now, now + int(pulse.cool_down * 1000)
    else:
        until = 0
    run(
        "UPDATE destination SET circuit=?, failures=?, opened_at=?, until=?, total=?, probe_owner='', probe_until=0"
        " WHERE connection=?",
        (circuit, failures, opened_at, until, total, pulse.connection),
    )
