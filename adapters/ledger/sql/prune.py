"""Retention: what has ended long enough goes, in bounded turns. What is open, parked or dead is never touched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.deadletters import audit, letter_id
from adapters.ledger.sql.settle import promote
from router.browse import Pruned
from router.route import Keep

BATCHES = 50
ROWS = 500
ORPHAN_AGE = 3600.0
BY_SEQ = ("message", "chunk", "split", "parked", "attempt", "revision", "derived", "business_key",
          "file_in", "file_out")  # fmt: skip
UNSETTLED = "('retry', 'blocked', 'dead')"

BUSY = f"""EXISTS (SELECT 1 FROM work w WHERE w.batch = b.id AND w.state = 0)
 OR EXISTS (SELECT 1 FROM parked p WHERE p.seq BETWEEN b.id << 16 AND b.id << 16 | 65535 AND p.state IN {UNSETTLED})
 OR EXISTS (SELECT 1 FROM file_in f WHERE f.seq BETWEEN b.id << 16 AND b.id << 16 | 65535 AND f.state = 'stored')"""


class Prune:
    """The forgetting half of the SQLite ledger."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs

    def prune_step(self, keep: Keep) -> Pruned:
        return Pruning(self.db, self.blobs, self.db.clock.now()).step(keep)


class Pruning:
    """One turn; each kind is a transaction of its own."""

    def __init__(self, db: Database, blobs: BlobFolder, now: int) -> None:
        self.db = db
        self.blobs = blobs
        self.now = now

    def step(self, keep: Keep) -> Pruned:
        now = self.now
        discarded = self._dead(now, now - int(keep.dead * 1000))
        messages = self._batches(now - int(keep.messages * 1000))
        bodies = self._bodies(now - int(keep.bodies * 1000))
        identities = self._identities(now)
        return Pruned(messages, bodies, discarded, identities, self._orphans())

    def _dead(self, now: int, before: int) -> int:
        """Dead letters that were kept long enough are discarded, with a line in the audit."""
        due = (
            "SELECT p.id, m.id, p.record, p.target, p.lane, p.key FROM parked p JOIN message m ON m.seq=p.seq"
            f" WHERE p.state='dead' AND p.last_at<? ORDER BY p.last_at LIMIT {ROWS}"
        )
        if not self.db.read(due, (before,)):
            return 0
        with self.db.write() as run:
            rows = run(due, (before,)).fetchall()
            self.db.lock_lanes(run, {row[3] for row in rows})
            for id, message, record, target, lane, key in rows:
                run("UPDATE parked SET state='discarded', hold=0, last_at=? WHERE id=?", (now, id))
                promote(run, target, lane, key, now)
                audit(run, now, "retention", "discarded", letter_id(message, target, record), "older than keep.dead")
        return len(rows)

    def _batches(self, before: int) -> int:
        due = f"SELECT b.id FROM batch b WHERE b.received_at<? AND NOT ({BUSY}) ORDER BY b.id LIMIT {BATCHES}"
        if not self.db.read(due, (before,)):
            return 0
        gone: list[str] = []
        removed = 0
        with self.db.write() as run:
            for (batch,) in run(due, (before,)).fetchall():
                gone += self._blobs_of(run, batch)
                self.blobs.forget(run, batch << 16, (batch << 16) | 0xFFFF)
                removed += int(run("SELECT n FROM batch WHERE id=?", (batch,)).get)
                for table in BY_SEQ:
                    run(f"DELETE FROM {table} WHERE seq BETWEEN ? AND ?", (batch << 16, (batch << 16) | 0xFFFF))
                run("DELETE FROM work WHERE batch=?", (batch,))
                run("DELETE FROM fate WHERE batch=?", (batch,))
                run("DELETE FROM batch WHERE id=?", (batch,))
        self._unlink(gone)
        return removed

    def _blobs_of(self, run: Run, batch: int) -> list[str]:
        where = "seq BETWEEN ? AND ? AND blob IS NOT NULL"
        rows = run(f"SELECT blob FROM message WHERE {where}", (batch << 16, (batch << 16) | 0xFFFF))
        return [str(blob) for (blob,) in rows.fetchall()]

    def _bodies(self, before: int) -> int:
        """Bodies, requests and responses of what is kept longer than they are."""
        due = (
            f"SELECT m.seq, m.blob FROM batch b JOIN message m ON m.seq BETWEEN b.id << 16 AND b.id << 16 | 65535"
            f" WHERE b.received_at<? AND (m.body IS NOT NULL OR m.blob IS NOT NULL) AND m.size > 0 AND NOT ({BUSY})"
            f" LIMIT {ROWS}"
        )
        if not self.db.read(due, (before,)):
            return 0
        with self.db.write() as run:
            rows = run(due, (before,)).fetchall()
            for seq, _ in rows:
                run("UPDATE message SET body=NULL, blob=NULL WHERE seq=?", (seq,))
                self.blobs.forget(run, seq, seq)
                run("UPDATE attempt SET request=NULL, response=NULL WHERE seq=?", (seq,))
                run("DELETE FROM derived WHERE seq=?", (seq,))
        self._unlink(blob for _, blob in rows if blob is not None)
        return len(rows)

    def _identities(self, now: int) -> int:
        due = f"SELECT scope, key FROM seen WHERE until<=? LIMIT {ROWS}"
        if not self.db.read(due, (now,)):
            return 0
        with self.db.write() as run:
            run(f"DELETE FROM seen WHERE (scope, key) IN ({due})", (now,))
            return self.db.changes()

    def _orphans(self) -> int:
        """Bodies that were written for a message that was never stored."""
        gone = 0
        for path in self.blobs.orphans(self._known, ORPHAN_AGE):
            path.unlink(missing_ok=True)
            tidy(path)
            gone += 1
            if gone == ROWS:
                break
        return gone

    def _known(self, name: str) -> bool:
        return bool(self.db.read("SELECT 1 FROM message WHERE id=? AND blob=?", (Path(name).name, name)))

    def _unlink(self, names: Iterable[str]) -> None:
        for name in names:
            path = self.blobs.path(name)
            path.unlink(missing_ok=True)
            tidy(path)


def tidy(path: Path) -> None:
    """A day's folder that has become empty goes too."""
    try:
        path.parent.rmdir()
    except OSError:
        return
