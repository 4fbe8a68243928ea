"""Owning work: claims, leases, the epoch fence, crashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.rows import wake
from router import ranges
from router.delivery.units import LETHAL
from router.ledger import FAR, Claim

CRASHES_BEFORE_HALVING = 2

FENCE = """UPDATE lane SET lease_until=?, boot=?, delivered=delivered+? WHERE target=? AND lane=? AND owner=? AND epoch=?
 RETURNING paused"""


def count(run: Run, name: str, n: int = 1) -> None:
    run("INSERT INTO counter VALUES (?,?) ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value", (name, n))


def fence(db: Database, run: Run, claim: Claim, delivered: int = 0) -> Claim | None:
    """Touches the lane's row where owner and epoch match and renews the lease: the first act of every outcome
    transaction. None: the lane is somebody else's, nothing may be written."""
    until = db.clock.steady() + int(claim.lease * 1000)
    row = run(FENCE, (until, db.clock.boot, delivered, claim.target, claim.lane, claim.owner, claim.epoch)).fetchone()
    if row is None:
        return None
    return Claim(claim.target, claim.lane, claim.owner, claim.epoch, claim.lease, until, bool(row[0]))


@contextmanager
def fenced(db: Database, claim: Claim, delivered: int = 0) -> Iterator[tuple[Run, Claim | None]]:
    """One transaction under a claim: (run, the renewed claim), None where it is refused; that is counted, and nothing may
    be written then. `delivered` units are counted at the lane."""
    with db.write() as run:
        renewed = fence(db, run, claim, delivered)
        if renewed is None:
            count(run, "fence_refused")
        yield run, renewed


UNCLOSED = """SELECT f.seq, min(w.first) FROM file_out f JOIN message m ON m.seq=f.seq JOIN split s ON s.seq=f.seq
 JOIN work w ON w.batch=f.seq >> 16 AND w.seq=f.seq AND w.target=f.target
 WHERE f.target=? AND f.part=0 AND f.state='open' AND w.lane=? AND NOT EXISTS (SELECT 1 FROM work o
 WHERE o.batch=f.seq >> 16 AND o.seq=f.seq AND o.state=0 AND o.target IN (f.target, m.route))
 GROUP BY f.seq ORDER BY f.seq LIMIT 1"""
"""A collected file of a lane that waits for no more records, with its first one."""


def next_due(run: Run, target: str, lane: int, now: int) -> int:
    """When the lane has something to do: now with open work or a file to close, else when the first parked head is due."""
    if run("SELECT 1 FROM work WHERE state=0 AND target=? AND lane=? LIMIT 1", (target, lane)).fetchone():
        return now
    if run(UNCLOSED, (target, lane)).fetchone():
        return now
    at = run("SELECT min(next_at) FROM parked WHERE target=? AND lane=? AND state='retry'", (target, lane)).get
    return FAR if at is None else int(at)


def take_away(run: Run, lane: tuple[str, int], now: int) -> None:
    """Whoever has it may have read the work before it was parted: said of the whole, an outcome would leave the second
    half open, to be done once more."""
    run("UPDATE lane SET owner='', lease_until=0, next_due=? WHERE target=? AND lane=?", (now, *lane))


class Lanes:
    """The owning half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def now(self) -> int:
        return self.db.clock.now()

    def ensure(self, targets: Mapping[str, int]) -> None:
        have = {(t, n) for t, n in self.db.read("SELECT target, lane FROM lane")}
        missing = [(t, n) for t, lanes in targets.items() for n in range(lanes) if (t, n) not in have]
        if missing:
            with self.db.write() as run:
                for target, lane in sorted(missing):
                    paused = "(SELECT count(*) FROM pause WHERE target=?)"
                    run(
                        f"INSERT INTO lane (target, lane, next_due, paused) VALUES (?,?,?,{paused}) ON CONFLICT DO NOTHING",
                        (target, lane, FAR, target),
                    )

    def due(self, skip: Sequence[str] = ()) -> list[tuple[str, int, int]]:
        clock = self.db.clock
        rows = self.db.read(
            "SELECT target, lane, next_due FROM lane WHERE next_due<=? AND paused=0 AND (lease_until<? OR boot<>?)"
            " ORDER BY next_due",
            (clock.now(), clock.steady(), clock.boot),
        )
        return [(str(t), int(lane), int(at)) for t, lane, at in rows if t not in skip]

    def soon(self, within: int) -> int | None:
        now = self.db.clock.now()
        found = self.db.read(
            "SELECT min(next_due) FROM lane WHERE next_due>? AND next_due<=? AND paused=0", (now, now + within)
        )[0][0]
        return None if found is None else int(found) - now

    def claim(self, target: str, lane: int, owner: str, lease: float) -> Claim | None:
        clock = self.db.clock
        with self.db.write() as run:
            steady = clock.steady()
            until = steady + int(lease * 1000)
            row = run(
                "UPDATE lane SET owner=?, epoch=epoch+1, lease_until=?, boot=? WHERE (target, lane) IN (SELECT target, lane"
                " FROM lane WHERE target=? AND lane=? AND next_due<=? AND paused=0 AND (lease_until<? OR boot<>?)"
                f"{self.db.skip_locked}) RETURNING epoch",
                (owner, until, clock.boot, target, lane, clock.now(), steady, clock.boot),
            ).fetchone()
        return Claim(target, lane, owner, int(row[0]), lease, until) if row else None

    def renew(self, claim: Claim) -> Claim | None:
        with self.db.write() as run:
            return fence(self.db, run, claim)

    def release(self, claim: Claim) -> bool:
        with fenced(self.db, claim) as (run, renewed):
            if renewed is None:
                return False
            due = next_due(run, claim.target, claim.lane, self.now())
            run(
                "UPDATE lane SET owner='', lease_until=0, next_due=? WHERE target=? AND lane=?",
                (due, claim.target, claim.lane),
            )
        return True

    def left(self, claim: Claim) -> float:
        return (claim.until - self.db.clock.steady()) / 1000

    def release_dead(self, alive: Callable[[str], bool | None]) -> int:
        clock = self.db.clock
        rows = self.db.read(
            "SELECT owner FROM lane WHERE owner<>'' AND lease_until>=? AND boot=?"
            " UNION SELECT probe_owner FROM destination WHERE probe_owner<>''",
            (clock.steady(), clock.boot),
        )
        gone = [owner for (owner,) in rows if alive(owner) is False]
        if not gone:
            return 0
        freed = 0
        with self.db.write() as run:
            for owner in gone:
                run("UPDATE lane SET owner='', lease_until=0, next_due=? WHERE owner=?", (self.now(), owner))
                freed += self.db.changes()
                run("UPDATE destination SET probe_owner='', probe_until=0 WHERE probe_owner=?", (owner,))
        return freed

    def check_due(self) -> int:
        """Every 30 s: lanes with something to do whose `next_due` says otherwise. Counted as `missed_due`."""
        clock = self.db.clock
        late = (
            "SELECT target, lane FROM lane WHERE next_due>? AND (lease_until<? OR boot<>?) AND (target, lane) IN"
            " (SELECT target, lane FROM work WHERE state=0 UNION"
            " SELECT target, lane FROM parked WHERE state='retry' AND next_at<=?)"
        )
        at = (clock.now(), clock.steady(), clock.boot, clock.now())
        if not self.db.read(late, at):
            return 0
        with self.db.write() as run:
            lanes = [(str(t), int(n)) for t, n in run(late, at).fetchall()]
            wake(run, lanes, clock.now())
            count(run, "missed_due", len(lanes))
        return len(lanes)

    def crashed(self, mark: int, reason: str, certain: bool = False) -> None:
        with self.db.write() as run:
            deaths = LETHAL if certain else 1
            if mark < 0:
                run("UPDATE parked SET crashes=crashes+?, crash=? WHERE id=?", (deaths, reason, -mark))
                return
            lane = run("SELECT target, lane FROM work WHERE id=? AND state=0", (mark,)).fetchone()
            if lane is None:
                return
            run(f"SELECT 1 FROM lane WHERE target=? AND lane=?{self.db.for_update}", lane).fetchall()
            run("UPDATE work SET crashes=crashes+?, crash=? WHERE id=? AND state=0", (deaths, reason, mark))
            row = run("SELECT crashes, rest FROM work WHERE id=? AND state=0", (mark,)).fetchone()
            if row is not None and row[0] >= CRASHES_BEFORE_HALVING and ranges.size(row[1]) > 1:
                self._halve(run, mark, ranges.decode(row[1]))
                take_away(run, lane, self.now())

    def _halve(self, run: Run, work: int, rest: list[int]) -> None:
        """Two rows of half the units each, one crash counted: the next one halves again."""
        tail = rest[len(rest) // 2 :]
        head = ranges.encode(rest[: len(rest) // 2])
        text = ranges.encode(tail)
        run(
            "INSERT INTO work (target, lane, batch, seq, chunk, place, first, sel, rest, size, crashes, crash, created_at)"
            " SELECT target, lane, batch, seq, chunk, CASE WHEN seq IS NULL THEN batch << 16 | ? ELSE place END,"
            " CASE WHEN seq IS NULL THEN 0 ELSE ? END, ?, ?, ?, 1, crash, created_at FROM work WHERE id=?",
            (tail[0], tail[0], text, text, len(tail), work),
        )
        sel = run("SELECT sel FROM work WHERE id=?", (work,)).get
        left = ranges.remove(sel, tail)
        run("UPDATE work SET crashes=1, rest=?, sel=?, size=? WHERE id=?", (head, left, ranges.size(left), work))

    def counters(self) -> dict[str, int]:
        return {str(name): int(value) for name, value in self.db.read("SELECT name, value FROM counter")}
