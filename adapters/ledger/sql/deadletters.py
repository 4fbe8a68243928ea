"""Dead letters: selecting, grouping, showing, and the edits that are kept beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.ends import WAITING
from router.browse import DeadGroup, DeadLetter, Selection
from router.message import delivery_id, parse_id

PAGE = 500

COLUMNS = """p.id, p.seq, m.id, p.record, p.route, p.target, p.stage, p.reason, p.error, p.status, p.attempt,
 p.first_at, p.last_at, p.signature, p.details, (SELECT count(*) FROM revision r WHERE r.seq=p.seq AND r.record=p.record
 AND r.target = CASE WHEN p.target LIKE '%.%' THEN p.target ELSE '' END AND r.body IS NOT NULL)"""

FROM = "FROM parked p JOIN message m ON m.seq = p.seq WHERE p.state = 'dead'"


def letter_id(message: str, target: str, record: int) -> str:
    """The delivery's id; `target` is `ROUTE.TARGET`, or the route where it died before any."""
    return delivery_id(message, target.partition(".")[2], record)


def to_letter(row: Any) -> DeadLetter:
    (_, seq, message, record, route, place, stage, reason, error, status, attempts, first, last, sign, details,
     edits) = row  # fmt: skip
    target = place if "." in place else None
    return DeadLetter(
        letter_id(message, place, record), seq, message, record, route, target, stage, reason, error, status, attempts,
        first, last, sign, details, edits,
    )  # fmt: skip


def conditions(run: Run, selection: Selection) -> tuple[str, list[Any]]:
    """The selection as SQL that follows `FROM`."""
    parts: list[str] = []
    args: list[Any] = []

    def add(sql: str, *values: Any) -> None:
        parts.append(sql)
        args.extend(values)

    if selection.ids:
        rows = [row for row in (row_of(run, id) for id in selection.ids) if row is not None]
        parts.append(f"p.id IN ({','.join(map(str, rows)) or 'NULL'})")
    if selection.target is not None and "." in selection.target:
        add("p.target = ?", selection.target)
    elif selection.target is not None:
        add("substr(p.target, length(p.route) + 2) = ? AND p.target LIKE '%.%'", selection.target)
    for column, value in (("p.route", selection.route), ("p.stage", selection.stage), ("p.signature", selection.group)):
        if value is not None:
            add(f"{column} = ?", value)
    if selection.error is not None:
        add("(p.error = ? OR CAST(p.status AS TEXT) = ?)", selection.error, selection.error)
    for name, text in selection.keys:
        add("EXISTS (SELECT 1 FROM business_key k WHERE k.name=? AND k.value=? AND k.seq=p.seq)", name, text)
    if selection.since is not None:
        add("p.last_at >= ?", selection.since)
    if selection.until is not None:
        add("p.last_at < ?", selection.until)
    return "".join(f" AND {part}" for part in parts), args


def row_of(run: Run, id: str) -> int | None:
    """The parked row that an id names, whatever its state."""
    parsed = parse_id(id)
    if parsed is None:
        return None
    message, target, record = parsed
    row = run(
        "SELECT p.id FROM message m JOIN parked p ON p.seq=m.seq AND p.record=? AND p.target ="
        " CASE WHEN ?='' THEN m.route ELSE m.route || '.' || ? END WHERE m.id=?",
        (record, target, target, message),
    ).fetchone()
    return int(row[0]) if row is not None else None


class DeadLetters:
    """The dead-letter half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def dead_letters(self, selection: Selection) -> Iterator[DeadLetter]:
        where, args = conditions(self.read_run, selection)
        page: list[Any] = []
        while True:
            after = "" if not page else " AND (p.last_at, p.id) < (?, ?)"
            last = [] if not page else [page[-1][12], page[-1][0]]
            page = self.db.read(
                f"SELECT {COLUMNS} {FROM}{where}{after} ORDER BY p.last_at DESC, p.id DESC LIMIT {PAGE}", [*args, *last]
            )
            yield from map(to_letter, page)
            if len(page) < PAGE:
                return

    def dead_letter(self, id: str) -> DeadLetter | None:
        return next(self.dead_letters(Selection(ids=(id,))), None)

    def dead_count(self, selection: Selection) -> int:
        where, args = conditions(self.read_run, selection)
        return int(self.db.read(f"SELECT count(*) {FROM}{where}", args)[0][0])

    def dead_groups(self, selection: Selection) -> list[DeadGroup]:
        where, args = conditions(self.read_run, selection)
        rows = self.db.read(
            f"SELECT p.signature, min(p.route), min(p.target), min(p.stage), min(p.error), min(p.status), count(*) AS n,"
            f" min(p.first_at), max(p.last_at), min(p.reason) {FROM}{where} GROUP BY p.signature ORDER BY n DESC, p.signature",
            args,
        )
        return [DeadGroup(r[0], r[1], r[2] if "." in r[2] else None, *r[3:]) for r in rows]

    def parked_state(self, id: str) -> str | None:
        row = row_of(self.read_run, id)
        found = self.db.read("SELECT state FROM parked WHERE id=?", (row or 0,))
        return WAITING.get(found[0][0], str(found[0][0])) if found else None

    def read_run(self, sql: str, bindings: Any = ()) -> Any:
        """Like `run` of a write transaction, for reading."""
        return Rows(self.db.read(sql, bindings))

    def last_revision(self, seq: int, record: int, target: str) -> tuple[str, bytes] | None:
        rows = self.db.read(
            "SELECT kind, body FROM revision WHERE seq=? AND record=? AND target=? AND body IS NOT NULL"
            " ORDER BY rev DESC LIMIT 1",
            (seq, record, revised_at(target)),
        )
        return (str(rows[0][0]), bytes(rows[0][1])) if rows else None

    def revise(self, letter: DeadLetter, kind: str, body: bytes, by: str, reason: str) -> int:
        now = self.db.clock.now()
        with self.db.write() as run:
            rev = add_revision(run, (letter.seq, letter.record, letter.place), kind, body, None, by, now)
            audit(run, now, by, "edited", letter.id, reason)
        return rev


class Rows:
    """What was read, as a cursor."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows


def revised_at(place: str) -> str:
    """The target of a revision: '' is for all, of what died before any target."""
    return place if "." in place else ""


def add_revision(
    run: Run, unit: tuple[int, int, str], kind: str, body: bytes | None, version: int | None, by: str, now: int
) -> int:
    """One more revision of a unit; what it does not change it keeps from the last one."""
    seq, record, place = unit
    at = (seq, record, revised_at(place))
    last = run(
        "SELECT rev, kind, body, version FROM revision WHERE seq=? AND record=? AND target=? ORDER BY rev DESC LIMIT 1",
        at,
    ).fetchone()
    rev = last[0] + 1 if last else 1
    if last and body is None:
        kind, body = last[1], last[2]
    if last and version is None:
        version = last[3]
    run("INSERT INTO revision VALUES (?,?,?,?,?,?,?,?,?)", (*at, rev, kind, body, version, by, now))
    return rev


def audit(run: Run, now: int, by: str, action: str, scope: str, reason: str) -> None:
    run("INSERT INTO audit (at, actor, action, scope, reason) VALUES (?,?,?,?,?)", (now, by, action, scope, reason))
