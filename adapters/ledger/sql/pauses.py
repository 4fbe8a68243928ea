"""Pausing targets: their lanes are not due until they are resumed; what is open there is held. Resetting them.

Pausing routes: their sources take nothing in; what they accepted before goes on."""

from __future__ import annotations

from adapters.ledger.sql.database import Database
from adapters.ledger.sql.deadletters import audit
from adapters.ledger.sql.rows import wake
from router.browse import Pause


class Pauses:
    """The pausing half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def paused_targets(self) -> dict[str, str]:
        return {str(t): str(reason) for t, reason in self.db.read("SELECT target, reason FROM pause ORDER BY target")}

    def pause_target(self, target: str, by: str, reason: str) -> bool:
        now = self.db.clock.now()
        with self.db.write() as run:
            self.db.lock_lanes(run, [target])
            run("INSERT INTO pause VALUES (?,?,?,?) ON CONFLICT DO NOTHING", (target, by, now, reason))
            if not self.db.changes():
                return False
            run("UPDATE lane SET paused=1 WHERE target=?", (target,))
            audit(run, now, by, "paused", target, reason)
        return True

    def resume_target(self, target: str, by: str, reason: str) -> bool:
        now = self.db.clock.now()
        with self.db.write() as run:
            self.db.lock_lanes(run, [target])
            run("DELETE FROM pause WHERE target=?", (target,))
            if not self.db.changes():
                return False
            run("UPDATE lane SET paused=0 WHERE target=?", (target,))
            lanes = run("SELECT target, lane FROM lane WHERE target=?", (target,)).fetchall()
            wake(run, [(str(t), int(n)) for t, n in lanes], now)
            audit(run, now, by, "resumed", target, reason)
        return True

    def pauses(self) -> list[Pause]:
        both = "SELECT target, at, by, reason FROM pause UNION ALL SELECT route, at, by, reason FROM paused_route"
        return [Pause(*row) for row in self.db.read(f"{both} ORDER BY 1")]

    def paused_routes(self) -> dict[str, str]:
        return {str(r): str(reason) for r, reason in self.db.read("SELECT route, reason FROM paused_route ORDER BY route")}

    def pause_route(self, route: str, by: str, reason: str) -> bool:
        now = self.db.clock.now()
        with self.db.write() as run:
            run("INSERT INTO paused_route VALUES (?,?,?,?) ON CONFLICT DO NOTHING", (route, by, now, reason))
            if not self.db.changes():
                return False
            audit(run, now, by, "paused", route, reason)
        return True

    def resume_route(self, route: str, by: str, reason: str) -> bool:
        now = self.db.clock.now()
        with self.db.write() as run:
            run("DELETE FROM paused_route WHERE route=?", (route,))
            if not self.db.changes():
                return False
            audit(run, now, by, "resumed", route, reason)
        return True

    def reset_target(self, target: str, connection: str, by: str, reason: str) -> int:
        now = self.db.clock.now()
        with self.db.write() as run:
            run(
                "UPDATE destination SET total=total + ? - opened_at WHERE connection=? AND circuit='open'",
                (now, connection),
            )
            run(
                "UPDATE destination SET circuit='closed', failures=0, until=0, probe_owner='', probe_until=0"
                " WHERE connection=?",
                (connection,),
            )
            self.db.lock_lanes(run, [target])
            run("UPDATE parked SET next_at=? WHERE target=? AND state='retry' AND next_at>?", (now, target, now))
            hurried = self.db.changes()
            lanes = run("SELECT target, lane FROM lane WHERE target=?", (target,)).fetchall()
            wake(run, [(str(t), int(n)) for t, n in lanes], now)
            audit(run, now, by, "reset", target, reason)
        return hurried
