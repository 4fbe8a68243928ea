"""Saying what became of work: outcome transactions, processing transactions, late callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.ledger.sql.arrays import end_arrays
from adapters.ledger.sql.breakers import beat
from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.identities import Identities, release_identities
from adapters.ledger.sql.lanes import fenced
from adapters.ledger.sql.rows import insert_dead, insert_fate, insert_work, signature, wake
from router import ranges
from router.lanes import lane_of_batch
from router.ledger import Attempt, Choice, Claim, Park, Progress, Settlement

RESPONSE_KEPT = 16_384
RELEASES = ("decode", "validate", "route")
"""Stages at which a dead message gives its identity back."""

PARK = """INSERT INTO parked (seq, record, target, route, lane, key, state, stage, error, reason, details, status,
 attempt, next_at, first_at, last_at, stood, probed, hold, "array", fallback, signature)
 VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
 ON CONFLICT (seq, record, target) DO UPDATE SET key=excluded.key, state=excluded.state, stage=excluded.stage,
 error=excluded.error, reason=excluded.reason, details=excluded.details, status=excluded.status,
 attempt=excluded.attempt, next_at=excluded.next_at, last_at=excluded.last_at, stood=excluded.stood,
 first_at=excluded.first_at, probed=excluded.probed, hold=excluded.hold, "array"=excluded."array",
 fallback=excluded.fallback, signature=excluded.signature
 WHERE parked.state <> 'discarded'"""


FILE_OUT = """INSERT INTO file_out VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (seq, target, part) DO UPDATE SET
 temp=excluded.temp, name=excluded.name, "offset"=excluded."offset", state=excluded.state, device=excluded.device,
 inode=excluded.inode"""

ATTEMPT = """INSERT INTO attempt VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (seq, record, target, kind)
 DO UPDATE SET number=excluded.number, at=excluded.at, duration=excluded.duration, sent_to=excluded.sent_to,
 status=excluded.status, error=excluded.error, reason=excluded.reason, response_type=excluded.response_type,
 response=excluded.response, request=excluded.request"""


class Settling:
    """The writing half of the SQLite ledger's work."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def settle(self, claim: Claim, settlement: Settlement) -> Claim | None:
        now = self.db.clock.now()
        with fenced(self.db, claim, settlement.delivered) as (run, renewed):
            if renewed is None:
                return None
            self._advance(run, settlement.progress, now)
            for unpark in settlement.unpark:
                run(
                    "DELETE FROM parked WHERE seq=? AND record=? AND target=?",
                    (unpark.seq, unpark.record, claim.target),
                )
            self._park(run, claim, settlement.park, now)
            touched = {u.key for u in settlement.unpark} | {p.key for p in settlement.park}
            for key in sorted(k for k in touched if k is not None):
                promote(run, claim.target, claim.lane, key, now)
            self._dead_messages(run, claim.target.partition(".")[0], settlement.dead_messages, now)
            self._attempts(run, claim.target, settlement.attempts)
            for f in settlement.files:
                run(
                    FILE_OUT,
                    (f.seq, f.target, f.part, f.temp, f.name, f.offset, f.state, f.device, f.inode),
                )
            for batch, fate in settlement.fates:
                insert_fate(run, batch, fate, now)
            end_arrays(run, settlement.arrays)
            if settlement.pulse is not None:
                beat(self.db, run, settlement.pulse, now)
            return renewed

    def _park(self, run: Run, claim: Claim, parks: Sequence[Park], now: int) -> None:
        route = claim.target.partition(".")[0]
        for p in parks:
            sign = signature(route, claim.target, p.stage, p.error, p.status, p.reason) if p.state != "blocked" else ""
            run(
                PARK,
                (p.seq, p.record, claim.target, route, claim.lane, p.key, p.state, p.stage, p.error, p.reason, p.details,
                 p.status, p.attempt, p.next_at, p.first_at or now, now, p.stood, now if p.probed else 0, int(p.hold),
                 p.array, int(p.fallback), sign),
            )  # fmt: skip

    def _dead_messages(self, run: Run, route: str, parks: Sequence[Park], now: int) -> None:
        for park in sorted(parks, key=lambda p: (p.seq, p.record)):
            insert_dead(run, route, park, now)
            if park.stage in RELEASES and park.record == 0:
                release_identities(run, (park.seq,))

    def _attempts(self, run: Run, target: str, attempts: Sequence[Attempt]) -> None:
        for a in attempts:
            first = not a.ok and a.number == 1
            row = (a.number, a.at, int(a.duration * 1000), a.sent_to, a.status, a.error, a.reason, a.response_type,
                   a.response, a.request)  # fmt: skip
            for kind in (3,) if a.ok else (1, 2) if first else (2,):
                run(
                    ATTEMPT,
                    (a.seq, a.record, target, kind, *row),
                )

    def choose(self, claim: Claim, choice: Choice) -> Claim | None:
        now = self.db.clock.now()
        with fenced(self.db, claim) as (run, renewed):
            if renewed is None:
                return None
            for seq, cut in choice.chunks:
                run(
                    "INSERT INTO chunk VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                    (seq, cut.n, cut.offset, cut.length, cut.first_record, cut.records, cut.first_line, cut.first_member,
                     cut.members),
                )
            for row in choice.split_done:
                run("INSERT INTO split VALUES (?,?,?) ON CONFLICT DO NOTHING", row)
            lost = Identities(self.db, run, choice, claim.target, now).take()
            self._new_work(run, choice, lost, now)
            for fate in choice.fates:
                insert_fate(run, choice.batch, fate, now)
            self._dead_messages(run, claim.target, choice.dead, now)
            if choice.keys:
                route = claim.target
                self.db.many(
                    "INSERT INTO business_key VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                    [(route, n, v, s) for s, n, v in choice.keys]
                )
            for d in choice.derived:
                run("INSERT INTO derived VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING", (d.seq, d.record, d.tag, d.step, d.body))
            self._advance(run, choice.progress, now)
            wake_unclosed(run, choice, now)
            return renewed

    def _new_work(self, run: Run, choice: Choice, lost: set[tuple[int, int]], now: int) -> None:
        """`lost` are the units that are another's duplicate."""
        woken: set[tuple[str, int]] = set()
        for work in choice.work:
            if lost:
                gone = {seq & 0xFFFF if work.seq is None else record for seq, record in lost if work.seq in (None, seq)}
                work = replace(work, units=ranges.remove(work.units, gone))
            if not work.units:
                continue
            insert_work(run, choice.batch, work, now)
            woken.add((work.target, work.lane))
        wake(run, woken, now)

    def reopen(self, claim: Claim, seq: int) -> Claim | None:
        now = self.db.clock.now()
        with fenced(self.db, claim) as (run, renewed):
            if renewed is None:
                return None
            run("DELETE FROM file_out WHERE seq=? AND target=? AND part=0", (seq, claim.target))
            run("DELETE FROM parked WHERE seq=? AND record=0 AND target=?", (seq, claim.target))
            rows = run("SELECT id, sel FROM work WHERE batch=? AND seq=? AND target=?", (seq >> 16, seq, claim.target))
            for work, sel in rows.fetchall():
                parked = run("SELECT record FROM parked WHERE seq=? AND target=?", (seq, claim.target)).fetchall()
                rest = ranges.remove(sel, [record for (record,) in parked])
                failed = ranges.size(sel) - ranges.size(rest)
                state = 0 if rest else 1
                run("UPDATE work SET rest=?, ok=0, failed=?, state=? WHERE id=?", (rest, failed, state, work))
            wake(run, [(claim.target, claim.lane)], now)
            return renewed

    def late(self, seq: int, target: str) -> str:
        """Of a caller with `late: cancel`: commits that it was told; of `deliver`: only says how it stands."""
        now = self.db.clock.now()
        with self.db.write() as run:
            self.db.lock_lanes(run, [target])
            if run("SELECT 1 FROM attempt WHERE seq=? AND record=0 AND target=? AND kind=3", (seq, target)).fetchone():
                return "delivered"
            row = run("SELECT route, late FROM message WHERE seq=?", (seq,)).fetchone()
            state = run(
                "SELECT state FROM parked WHERE seq=? AND record=0 AND target IN (?, ?)", (seq, target, row[0])
            ).get
            if state in ("dead", "discarded"):
                return "dead"
            if row[1] == "cancel":
                park_late(run, seq, target, row[0], now)
                self._leave_open_work(run, seq, target, now)
            return "late"

    def again(self, seq: int, target: str) -> bool:
        """The same `Idempotency-Key` after `late`: tries that delivery again under its id; whether it was late."""
        now = self.db.clock.now()
        with self.db.write() as run:
            self.db.lock_lanes(run, [target])
            row = run(
                "UPDATE parked SET state='retry', attempt=0, next_at=?, first_at=?, hold=0 WHERE seq=? AND record=0"
                " AND target=? AND state='dead' AND error='late' RETURNING lane",
                (now, now, seq, target),
            ).fetchone()
            if row is not None:
                wake(run, [(target, int(row[0]))], now)
        return row is not None

    def _leave_open_work(self, run: Run, seq: int, target: str, now: int) -> None:
        """The delivery has a row of its own now: the batch's work goes on without it."""
        rows = run(
            "SELECT id, rest FROM work WHERE batch=? AND target=? AND state=0 AND seq IS NULL", (seq >> 16, target)
        ).fetchall()
        for work, rest in rows:
            if seq & 0xFFFF in ranges.decode(rest):
                self._advance(run, [Progress(work, (seq & 0xFFFF,), 1)], now)

    def _advance(self, run: Run, progress: Sequence[Progress], now: int) -> None:
        """Units leave their work rows; a row is done when none is left."""
        works = sorted({one.work for one in progress})
        if not works:
            return
        marks = ",".join("?" * len(works))
        read = f"SELECT id, rest FROM work WHERE id IN ({marks}) ORDER BY id{self.db.for_update}"
        rests = {int(id): str(rest) for id, rest in run(read, works).fetchall()}
        rows: list[tuple[object, ...]] = []
        for one in progress:
            if one.work not in rests:
                continue
            before = rests[one.work]
            rests[one.work] = rest = ranges.remove(before, one.ended)
            gone = ranges.size(before) - ranges.size(rest)
            failed = min(one.failed, gone)
            rows.append((rest, gone - failed, failed, 0 if rest else 1, None if rest else now, one.work))
        self.db.many("UPDATE work SET rest=?, ok=ok+?, failed=failed+?, state=?, done_at=? WHERE id=?", rows)


def park_late(run: Run, seq: int, target: str, route: str, now: int) -> None:
    """Not tried again after the caller was told. A try in flight may still end well: then this row goes."""
    row = run(
        "SELECT lane, key, attempt, reason, status, first_at FROM parked WHERE seq=? AND record=0 AND target=?",
        (seq, target),
    ).fetchone()
    lane, key, attempt, last, status, first_at = row or (lane_of_batch(seq >> 16), None, 0, "", None, now)
    reason = f"the caller was told 504; last: {last}" if last else "the caller was told 504; late: cancel"
    sign = signature(route, target, "send", "late", status, reason)
    run(
        PARK,
        (seq, 0, target, route, lane, key, "dead", "send", "late", reason, "", status, attempt, 0, first_at, now, 0, 0, 0,
         "", 0, sign),
    )  # fmt: skip
    promote(run, target, lane, key, now)


def wake_unclosed(run: Run, choice: Choice, now: int) -> None:
    """Collected files of the messages that were looked at: this may have been the last that they waited for."""
    works = ",".join(str(progress.work) for progress in choice.progress)
    rows = run(f"SELECT DISTINCT seq FROM work WHERE id IN ({works}) AND seq IS NOT NULL").fetchall() if works else []
    for seq in {int(row[0]) for row in (*rows, *choice.split_done)}:
        lanes = run(
            "SELECT DISTINCT f.target, w.lane FROM file_out f JOIN work w ON w.batch=? AND w.seq=f.seq AND w.target=f.target"
            " WHERE f.seq=? AND f.part=0 AND f.state='open'",
            (seq >> 16, seq),
        ).fetchall()
        wake(run, [(str(target), int(lane)) for target, lane in lanes], now)


def promote(run: Run, target: str, lane: int, key: str | None, now: int) -> None:
    """The first of a key is never `blocked`: it is to be tried, or a dead head that holds the others. One that comes again,
    ahead of another that waits for its next try, goes before it."""
    if key is None:
        return
    row = run(
        "SELECT id, state, seq, record FROM parked WHERE target=? AND lane=? AND key=? AND (state IN ('retry','blocked')"
        " OR (state='dead' AND hold=1)) ORDER BY seq, record LIMIT 1",
        (target, lane, key),
    ).fetchone()
    if row is None:
        return
    head, state, *place = row
    run(
        "UPDATE parked SET state='blocked' WHERE target=? AND lane=? AND key=? AND (seq, record) > (?, ?) AND state='retry'",
        (target, lane, key, *place),
    )
    if state == "blocked":
        run("UPDATE parked SET state='retry', next_at=?, first_at=? WHERE id=?", (now, now, head))
        wake(run, [(target, lane)], now)
