"""What becomes of one dead letter: tried again at its place, at another target, through its route, or discarded.

Each function returns None where it was done, else the reason why not. All run inside a job's transaction.
"""

from __future__ import annotations

from typing import Any

from adapters.ledger.sql.database import Run
from adapters.ledger.sql.deadletters import add_revision
from adapters.ledger.sql.ends import MOVED
from adapters.ledger.sql.identities import seen_by, take
from adapters.ledger.sql.rows import insert_fate, insert_work, wake
from adapters.ledger.sql.settle import promote
from router import ranges
from router.jobs import JobItem
from router.lanes import PLAIN_LANES, lane_of_batch
from router.ledger import Fate, NewWork

ROW = "SELECT id, state, lane, key, route, stage FROM parked WHERE seq=? AND record=? AND target=?"


def requeue(run: Run, item: JobItem, to: str, by: str, now: int) -> str | None:
    row = run(ROW, (item.seq, item.record, item.target)).fetchone()
    refusal = item.why_not or not_dead(row)
    if refusal:
        return refusal
    if to and to != item.target:
        return redirect(run, item, row, to, by, now)
    if item.version:
        add_revision(run, (item.seq, item.record, item.target), "raw", None, item.version, by, now)
    if "." in item.target:
        again(run, item, row, now)
        return None
    return through_route(run, item, row, now)


def not_dead(row: Any) -> str:
    if row is None:
        return "there is no such dead letter"
    return "" if row[1] == "dead" else f"it is not dead, it is {row[1]}"


def again(run: Run, item: JobItem, row: Any, now: int) -> None:
    """At its place: an earlier one of its key goes first, later ones wait behind it."""
    id, _, lane, key, _, _ = row
    place = (item.target, lane, key, item.seq, item.record)
    state = "retry"
    if key is not None:
        earlier = run(
            "SELECT 1 FROM parked WHERE target=? AND lane=? AND key=? AND (seq, record) < (?, ?)"
            " AND (state IN ('retry', 'blocked') OR (state='dead' AND hold=1)) LIMIT 1",
            place,
        ).fetchone()
        state = "blocked" if earlier else "retry"
        run(
            "UPDATE parked SET state='blocked' WHERE target=? AND lane=? AND key=? AND (seq, record) > (?, ?)"
            " AND state='retry'",
            place,
        )
    run(
        "UPDATE parked SET state=?, attempt=0, next_at=?, first_at=?, stood=0, probed=0, hold=0, fallback=0, crashes=0,"
        " crash='' WHERE id=?",
        (state, now, now, id),
    )
    wake(run, [(item.target, lane)], now)


def redirect(run: Run, item: JobItem, row: Any, to: str, by: str, now: int) -> str | None:
    """A delivery of its own at another target of the route; the one here is discarded."""
    if "." not in item.target:
        return "it died before any target: it can only go through its whole route"
    if not item.record and run("SELECT 1 FROM split WHERE seq=?", (item.seq,)).fetchone():
        return "it is one output of many records: it can only go to its own target"
    if has_delivery(run, item, to):
        return f"it has a delivery at {to} already"
    if item.version:
        add_revision(run, (item.seq, item.record, to), "raw", None, item.version, by, now)
    carry_edit(run, item, to, by, now)
    lane = lane_of_batch(item.seq >> 16) if item.lanes == PLAIN_LANES else 0
    run(
        "INSERT INTO parked (seq, record, target, route, lane, key, state, stage, error, reason, attempt, next_at,"
        " first_at, last_at) VALUES (?,?,?,?,?,NULL,'retry','send','','requeued from ' || ?,0,?,?,?)",
        (item.seq, item.record, to, row[4], lane, item.target, now, now, now),
    )
    drop(run, item, row, now, MOVED + to)
    wake(run, [(to, lane)], now)
    return None


def has_delivery(run: Run, item: JobItem, to: str) -> bool:
    """Open, parked or ended there: a second one would have the same id."""
    unit = (item.seq, item.record, to)
    if run("SELECT 1 FROM parked WHERE seq=? AND record=? AND target=?", unit).fetchone():
        return True
    if run("SELECT 1 FROM attempt WHERE seq=? AND record=? AND target=? AND kind=3", unit).fetchone():
        return True
    return was_chosen(run, item, to)


def was_chosen(run: Run, item: JobItem, to: str) -> bool:
    """Whether work of the target names the unit; not work from before it went through its route again."""
    works = run(
        "SELECT sel FROM work WHERE batch=? AND target=? AND coalesce(seq, 0)=?"
        " AND id > coalesce((SELECT until_work FROM parked WHERE seq=? AND record=? AND target=?), 0)",
        (item.seq >> 16, to, item.seq if item.record else 0, item.seq, item.record, to.partition(".")[0]),
    )
    number = item.record or item.seq & 0xFFFF
    return any(number in ranges.decode(sel) for (sel,) in works.fetchall())


def carry_edit(run: Run, item: JobItem, to: str, by: str, now: int) -> None:
    """An edited body goes with it."""
    last = run(
        "SELECT kind, body FROM revision WHERE seq=? AND record=? AND target=? AND body IS NOT NULL ORDER BY rev DESC"
        " LIMIT 1",
        (item.seq, item.record, item.target),
    ).fetchone()
    if last is not None:
        add_revision(run, (item.seq, item.record, to), last[0], bytes(last[1]), None, by, now)


def through_route(run: Run, item: JobItem, row: Any, now: int) -> str | None:
    """What died before any target is processed anew, under the identities that it gave back."""
    id, _, _, _, route, _ = row
    batch, position = item.seq >> 16, item.seq & 0xFFFF
    chunk = chunk_of(run, item)
    if item.record and chunk is None:
        return "the chunk that holds this record is not known"
    run(
        "UPDATE parked SET state='requeued', crashes=0, crash='', last_at=?,"
        " until_work=(SELECT coalesce(max(id), 0) FROM work) WHERE id=?",
        (now, id),
    )
    # Whoever waited for the result has had an answer long ago.
    run("UPDATE message SET deadline=NULL WHERE seq=?", (item.seq,))
    other = take_identities(run, item, now)
    if other is not None:
        fate = Fate(str(position), "duplicate", f"duplicate of {other}", target=route, ref=other)
        insert_fate(run, batch, fate, now)
        return None
    lane = 0 if item.lanes == 1 else lane_of_batch(batch, chunk or 0)
    work = NewWork(route, lane, str(item.record or position), item.seq if item.record else None, chunk)
    insert_work(run, batch, work, now)
    wake(run, [(route, lane)], now)
    return None


def chunk_of(run: Run, item: JobItem) -> int | None:
    if not item.record:
        return None
    row = run(
        "SELECT n FROM chunk WHERE seq=? AND first_record<=? ORDER BY n DESC LIMIT 1", (item.seq, item.record)
    ).fetchone()
    return int(row[0]) if row is not None else None


def take_identities(run: Run, item: JobItem, now: int) -> str | None:
    """The message that holds one of them by now, or None where all were taken."""
    if not item.once:
        return None
    message, sha256 = run("SELECT id, sha256 FROM message WHERE seq=?", (item.seq,)).fetchone()
    for once in item.once:
        holder = seen_by(run, once, now)
        other = holder is not None and holder[1] != item.seq
        if holder is not None and other and (holder[2] == sha256 or once.changed != "deliver"):
            return holder[0]
    for once in item.once:
        take(run, once, message, item.seq, bytes(sha256 or b""), now)
    return None


def discard(run: Run, item: JobItem, reason: str, now: int) -> str | None:
    row = run(ROW, (item.seq, item.record, item.target)).fetchone()
    refusal = not_dead(row)
    if refusal:
        return refusal
    drop(run, item, row, now)
    return None


def drop(run: Run, item: JobItem, row: Any, now: int, reason: str | None = None) -> None:
    """Discarded; the next of its key goes where this one held it."""
    run(
        "UPDATE parked SET state='discarded', hold=0, last_at=?, reason=coalesce(?, reason) WHERE id=?",
        (now, reason, row[0]),
    )
    if "." in item.target:
        promote(run, item.target, row[2], row[3], now)
