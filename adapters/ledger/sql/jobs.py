"""Jobs: a requeue or discard of a frozen selection, in steps of one transaction each, that any process may go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.deadletters import FROM, audit, conditions, letter_id
from adapters.ledger.sql.ends import Ends, within
from adapters.ledger.sql.requeue import discard, requeue
from router import ranges
from router.browse import Selection
from router.jobs import NEVER, ExpectationFailed, Job, JobItem, JobOrder, JobOutcome

ASKED = 1_000
"""Messages that one question names."""
JOB = "id, kind, state, total, done, skipped, rate, by, reason, created_at, next_at, ended_at, options"


def to_job(row: Any) -> Job:
    return replace(Job(*row), options=msgspec.json.decode(row[-1]))


class Jobs:
    """The job half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def create_job(self, selection: Selection, order: JobOrder) -> Job | None:
        with self.db.write() as run:
            where, args = conditions(run, selection)
            return self._created(run, order, f"p.seq AS seq, p.record AS record, p.target AS target {FROM}{where}", args)

    def create_replay(self, selection: Selection, order: JobOrder) -> Job | None:
        with self.db.write() as run:
            where, args = messages(selection)
            return self._created(run, order, f"m.seq AS seq, 0 AS record, '' AS target {where}", args)

    def replay_count(self, selection: Selection) -> int:
        where, args = messages(selection)
        return int(self.db.read(f"SELECT count(*) {where}", args)[0][0])

    def replayable(self, selection: Selection) -> Mapping[tuple[str, int], int]:
        where, args = messages(selection)
        never: set[int] = set()
        states = f"state IN ({','.join('?' * len(NEVER))})"
        for batch, units in self.db.read(
            f"SELECT batch, units FROM fate WHERE seq IS NULL AND target NOT LIKE '%.%' AND {states}", NEVER
        ):
            never.update((batch << 16) | n for n in ranges.decode(units))
        found: Counter[tuple[str, int]] = Counter()
        kept = f"SELECT m.route, m.version, count(*) {where} AND (m.body IS NOT NULL OR m.blob IS NOT NULL OR m.size=0)"
        for route, version, n in self.db.read(f"{kept} GROUP BY m.route, m.version", args):
            found[route, version] += n
        ordered = sorted(never)
        for start in range(0, len(ordered), ASKED):
            some = f"{kept} AND m.seq IN ({','.join(map(str, ordered[start : start + ASKED]))}) GROUP BY m.route, m.version"
            for route, version, n in self.db.read(some, args):
                found[route, version] -= n
        return +found

    def replays(self, message: str) -> list[tuple[int, int]]:
        return self.db.read("SELECT replay, replay_job FROM message WHERE replay_of=?", (message,))

    def _created(self, run: Run, order: JobOrder, chosen: str, args: list[Any]) -> Job | None:
        """Inside a write: the items as they are now, in order, and the line in the audit."""
        now = self.db.clock.now()
        total = int(run(f"SELECT count(*) FROM (SELECT {chosen}) AS chosen", args).get)
        if order.expect is not None and total != order.expect:
            raise ExpectationFailed(order.expect, total)
        if not total:
            return None
        options = msgspec.json.encode(dict(order.options)).decode()
        made = run(
            "INSERT INTO job (kind, state, options, total, rate, by, reason, created_at) VALUES (?,'running',?,?,?,?,?,?)"
            " RETURNING id",
            (order.kind, options, total, order.rate, order.by, order.reason, now),
        )
        id = int(made.get)
        run(
            "INSERT INTO job_item SELECT ?, row_number() OVER (ORDER BY seq, record, target), seq, record, target"
            f" FROM (SELECT {chosen}) AS chosen",
            [id, *args],
        )
        audit(run, now, order.by, f"{order.kind} job made", f"job {id}", order.reason)
        row = run(f"SELECT {JOB} FROM job WHERE id=?", (id,)).fetchone()
        return to_job(row)

    def job(self, id: int) -> Job | None:
        rows = self.db.read(f"SELECT {JOB} FROM job WHERE id=?", (id,))
        return to_job(rows[0]) if rows else None

    def jobs(self) -> list[Job]:
        return [to_job(row) for row in self.db.read(f"SELECT {JOB} FROM job ORDER BY id DESC")]

    def due_jobs(self) -> list[Job]:
        now = self.db.clock.now()
        rows = self.db.read(f"SELECT {JOB} FROM job WHERE state='running' AND next_at<=? ORDER BY id", (now,))
        return [to_job(row) for row in rows]

    def job_items(self, id: int, limit: int) -> list[JobItem]:
        rows = self.db.read(
            "SELECT n, seq, record, target FROM job_item WHERE job=? AND n > (SELECT cursor FROM job WHERE id=?)"
            " ORDER BY n LIMIT ?",
            (id, id, limit),
        )
        return [JobItem(*row) for row in rows]

    def job_outcome(self, id: int) -> JobOutcome:
        job = self.job(id)
        if job is not None and job.kind == "replay":
            return self._replayed(job)
        to = str(job.options.get("to") or "") if job else ""
        rows = self.db.read(
            "SELECT min(i.seq), min(i.record), min(i.target),"
            " max(CASE WHEN p.state IN ('retry', 'blocked') THEN p.target END),"
            " coalesce(max(CASE WHEN p.state='dead' THEN 1 ELSE 0 END), 0)"
            " FROM job_item i LEFT JOIN parked p ON p.seq=i.seq AND p.record=i.record"
            " AND (p.target=i.target OR p.target=? OR i.target NOT LIKE '%.%') WHERE i.job=? GROUP BY i.n",
            (to, id),
        )
        waiting: Counter[str] = Counter()
        dead = 0
        for seq, record, target, at, is_dead in rows:
            at = at or ("" if is_dead or "." in target else open_at(self.db, seq, record))
            if at:
                waiting[at] += 1
            else:
                dead += bool(is_dead)
        return JobOutcome(len(rows) - dead - waiting.total(), dead, waiting)

    def _replayed(self, job: Job) -> JobOutcome:
        """By the messages that it made."""
        seqs = dict(self.db.read("SELECT seq, route FROM message WHERE replay_job=?", (job.id,)))
        waiting: Counter[str] = Counter()
        dead = 0
        for seq, ends in Ends(self.db).of(seqs).items():
            open_at = next((t for t, n in ends.targets.items() if n["open"] or n["retry"] or n["held"]), "")
            if open_at or ends.route["open"]:
                waiting[open_at or str(seqs[seq])] += 1
            else:
                dead += ends.state == "dead"
        return JobOutcome(len(seqs) - dead - waiting.total(), dead, waiting)

    def job_skips(self, id: int) -> list[str]:
        rows = self.db.read("SELECT reason FROM audit WHERE scope=? AND action='skipped' ORDER BY id", (f"job {id}",))
        return [str(reason) for (reason,) in rows]

    def run_items(self, id: int, items: Sequence[JobItem], next_at: int) -> Job:
        now = self.db.clock.now()
        with self.db.write() as run:
            columns = "cursor, kind, options, by, reason, state, total"
            row = run(f"SELECT {columns} FROM job WHERE id=?{self.db.for_update}", (id,)).fetchone()
            cursor, kind, packed, by, reason, state, total = row
            if state == "running":
                options = msgspec.json.decode(packed)
                mine = [item for item in items if item.n > cursor]
                self.db.lock_lanes(run, touched(mine, str(options.get("to") or "")))
                skipped = [why for why in (one(run, kind, item, options, by, reason, now) for item in mine) if why]
                note_skipped(run, id, skipped, by, now)
                cursor = mine[-1].n if mine else cursor
                over = cursor >= total
                end = ("done", now) if over else ("running", None)
                run(
                    "UPDATE job SET cursor=?, done=done+?, skipped=skipped+?, next_at=?, state=?, ended_at=?"
                    " WHERE id=?",
                    (cursor, len(mine), len(skipped), next_at, *end, id),
                )
        job = self.job(id)
        assert job is not None
        return job

    def cancel_job(self, id: int, by: str, reason: str) -> Job | None:
        now = self.db.clock.now()
        with self.db.write() as run:
            run("UPDATE job SET state='cancelled', ended_at=? WHERE id=? AND state='running'", (now, id))
            if self.db.changes():
                audit(run, now, by, "job cancelled", f"job {id}", reason)
        return self.job(id)


def touched(items: Sequence[JobItem], to: str) -> set[str]:
    """Targets, and routes, whose lanes these items speak of."""
    at = {item.target for item in items}
    return {name for target in at for name in (target, target.partition(".")[0])} | ({to} if to else set())


def one(run: Run, kind: str, item: JobItem, options: Mapping[str, Any], by: str, reason: str, now: int) -> str | None:
    """One item of a job; why it was skipped, or None with a line in the audit."""
    to = str(options.get("to") or "")
    place = (item.seq, item.record, item.target)
    was = run("SELECT stage, reason FROM parked WHERE seq=? AND record=? AND target=?", place).fetchone()
    if kind == "replay":
        if not item.why_not:
            message = run("SELECT id FROM message WHERE seq=?", (item.seq,)).get
            audit(run, now, by, "replayed", str(message), reason)
        return item.why_not or None
    why = discard(run, item, reason, now) if kind == "discard" else requeue(run, item, to, by, now)
    if why is None:
        message = run("SELECT id FROM message WHERE seq=?", (item.seq,)).get
        done = {"discard": "discarded"}.get(kind, f"requeued to {to}" if to else "requeued")
        # The row of the dead letter is about to say something else, or to go: why it was dead is told here.
        told = "; ".join(part for part in (reason, f"it was dead at stage {was[0]}: {was[1]}") if part)
        audit(run, now, by, done, letter_id(message, item.target, item.record), told)
    return why


def note_skipped(run: Run, id: int, skipped: Sequence[str], by: str, now: int) -> None:
    for why, n in Counter(skipped).items():
        audit(run, now, by, "skipped", f"job {id}", f"{n}: {why}")


def open_at(db: Database, seq: int, record: int) -> str:
    """Where a unit that goes through its route again is open."""
    works = "SELECT target, seq, rest FROM work WHERE batch=? AND state=0 AND (seq IS NULL OR seq=?)"
    for target, work_seq, rest in db.read(works, (seq >> 16, seq)):
        number = record if work_seq is not None else seq & 0xFFFF
        if within(rest, {number}):
            return str(target)
    return ""


def messages(selection: Selection) -> tuple[str, list[Any]]:
    """Messages that came in by themselves, as the `FROM` and `WHERE` of a statement."""
    parts, args = ["m.replay_of IS NULL"], list[Any]()
    if selection.ids:
        parts.append(f"m.id IN ({','.join('?' * len(selection.ids))})")
        args.extend(selection.ids)
    of_target = (selection.target or "").rpartition(".")[0]
    for route in {selection.route, of_target} - {None, ""}:
        parts.append("m.route=?")
        args.append(route)
    for name, text in selection.keys:
        parts.append("EXISTS (SELECT 1 FROM business_key k WHERE k.name=? AND k.value=? AND k.seq=m.seq)")
        args.extend((name, text))
    for sign, moment in ((">=", selection.since), ("<", selection.until)):
        if moment is not None:
            parts.append(f"m.received_at {sign} ?")
            args.append(moment)
    return f"FROM message m WHERE {' AND '.join(parts)}", args
