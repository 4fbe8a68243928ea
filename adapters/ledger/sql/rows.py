"""Single rows that several transactions write: work, dead letters, fates, and waking lanes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from adapters.ledger.sql.database import Run
from router import ranges
from router.ledger import FAR, Attempt, Fate, NewWork, Park

OTHER_CONTENT = "same key, other content"
VARYING = re.compile(r"https?://\S+|'[^']*'|\"[^\"]*\"|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d[\d.,:T-]*")


def signature(route: str, target: str, stage: str, error: str, status: int | None, reason: str) -> str:
    """What failures have in common: numbers, quoted values, ids and addresses of the reason masked."""
    masked = VARYING.sub("#", reason)
    text = "|".join((route, target, stage, error, str(status or ""), masked))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def wake(run: Run, lanes: Iterable[tuple[str, int]], now: int) -> None:
    """Makes lanes due now, in sorted order; makes lanes that are missing."""
    for target, lane in sorted(lanes):
        run(
            "INSERT INTO lane (target, lane, next_due, paused) VALUES (?,?,?,(SELECT count(*) FROM pause WHERE target=?))"
            " ON CONFLICT (target, lane) DO UPDATE SET next_due ="
            " CASE WHEN excluded.next_due < lane.next_due THEN excluded.next_due ELSE lane.next_due END",
            (target, lane, now, target),
        )


def insert_work(run: Run, batch: int, work: NewWork, now: int) -> None:
    first = int(re.split("[-,]", work.units, maxsplit=1)[0])
    place, record = ((batch << 16) | first, 0) if work.seq is None else (work.seq, first)
    run(
        "INSERT INTO work (target, lane, batch, seq, chunk, place, first, sel, rest, size, created_at)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (work.target, work.lane, batch, work.seq, work.chunk, place, record, work.units, work.units,
         ranges.size(work.units), now),
    )  # fmt: skip


def insert_fate(run: Run, batch: int, fate: Fate, now: int, details: str = "") -> None:
    run(
        "INSERT INTO fate (batch, seq, chunk, target, state, rule, details, ref, units, n, at)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (batch, fate.seq, fate.chunk, fate.target, fate.state, fate.rule, details, fate.ref, fate.units,
         ranges.size(fate.units), now),
    )  # fmt: skip


def insert_dead(run: Run, route: str, park: Park, now: int) -> bool:
    """A unit that died before any target: one row, whoever sees it first; dead again after a requeue."""
    sign = signature(route, "", park.stage, park.error, park.status, park.reason)
    run(
        "INSERT INTO parked (seq, record, target, route, lane, key, state, stage, error, reason, details, status,"
        " attempt, next_at, first_at, last_at, until_work, signature)"
        " VALUES (?,?,?,?,0,NULL,'dead',?,?,?,?,?,?,0,?,?,?,?)"
        " ON CONFLICT (seq, record, target) DO UPDATE SET state='dead', stage=excluded.stage, error=excluded.error,"
        " reason=excluded.reason, details=excluded.details, last_at=excluded.last_at, until_work=excluded.until_work,"
        " signature=excluded.signature WHERE parked.state = 'requeued'",
        (park.seq, park.record, route, route, park.stage, park.error, park.reason, park.details, park.status,
         max(1, park.attempt), park.first_at or now, now, FAR, sign),
    )  # fmt: skip
    return True


def to_attempt(row: Any) -> Attempt:
    seq, record, number, at, duration, ok, sent_to, status, error, reason, kind, response, request = row
    return Attempt(
        seq, record, number, at, duration / 1000, bool(ok), sent_to, status, error, reason, kind, bytes(response or b""),
        bytes(request or b""),
    )  # fmt: skip
