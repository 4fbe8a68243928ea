"""The whole life of a message: every row that speaks of it, as lines in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.charset import text_of
from adapters.ledger.sql.database import Database
from adapters.ledger.sql.deadletters import letter_id
from adapters.ledger.sql.ends import within
from router import ranges
from router.browse import Event

SUMMARY = 400
"""Bytes of a request or response that the trace shows."""
ATTEMPTS = {1: "first try failed", 2: "last try failed", 3: "delivered"}


class Trace:
    """The telling half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def life(self, seq: int) -> list[Event]:
        rows = self.db.read("SELECT id FROM message WHERE seq=?", (seq,))
        return Life(self.db, seq, str(rows[0][0])).events() if rows else []


class Life:
    """The rows of one message, table by table."""

    def __init__(self, db: Database, seq: int, id: str) -> None:
        self.db = db
        self.seq = seq
        self.id = id

    def events(self) -> list[Event]:
        told = [
            *self.received(), *self.chunks(), *self.works(), *self.fates(), *self.attempts(), *self.parked(),
            *self.outputs(), *self.revisions(), *self.audits(),
        ]  # fmt: skip
        return sorted(told, key=lambda event: event.at)

    def received(self) -> Iterator[Event]:
        seq = self.seq
        row = self.db.read(
            "SELECT m.route, m.version, m.source, m.client, m.content_type, m.file, m.size, m.received_at,"
            " b.received_at, m.deadline, m.late FROM message m JOIN batch b ON b.id = m.seq >> 16 WHERE m.seq=?",
            (seq,),
        )[0]
        route, version, source, client, content_type, file, size, at, stored, deadline, late = row
        where = f"file {file}" if file else source
        who = f" from {client}" if client else ""
        yield Event(
            at, "received", f"{size} bytes by {where}{who} for route {route}",
            {"route": route, "source": source, "client": client, "content_type": content_type, "file": file,
             "size": size},
        )  # fmt: skip
        keys = dict(self.db.read("SELECT name, value FROM business_key WHERE seq=?", (seq,)))
        named = ", ".join(f"{name}={value}" for name, value in keys.items())
        text = f"stored in batch {seq >> 16} at place {seq & 0xFFFF}, config version {version}"
        yield Event(stored, "stored", text + (f", keys {named}" if named else ""), {"version": version, "keys": keys})
        if deadline:
            yield Event(deadline, "deadline", f"the caller waits until now; late: {late}", {"late": late})
        for path, state, moved_to in self.db.read("SELECT path, state, moved_to FROM file_in WHERE seq=?", (seq,)):
            text = f"file {path} was moved to {moved_to}" if moved_to else f"file {path} is {state}"
            yield Event(stored, "file", text, {"path": path, "state": state, "moved_to": moved_to})

    def chunks(self) -> Iterator[Event]:
        seq = self.seq
        stored = int(self.db.read("SELECT received_at FROM batch WHERE id=?", (seq >> 16,))[0][0])
        columns = 'n, first_record, records, "offset", length, first_line'
        cut = self.db.read(f"SELECT {columns} FROM chunk WHERE seq=? ORDER BY n", (seq,))
        done = {int(seq) for (seq,) in self.db.read("SELECT seq FROM split WHERE seq=?", (seq,))}
        if not cut:
            return
        made = self.db.read(
            "SELECT chunk, min(created_at) FROM work WHERE batch=? AND seq=? GROUP BY chunk", (seq >> 16, seq)
        )
        times = {int(n): int(at) for n, at in made if n is not None}
        records = sum(row[2] for row in cut)
        for n, first, count, offset, length, line in cut:
            text = f"chunk {n}: records {first}-{first + count - 1}, {length} bytes from {offset}"
            data = {"chunk": n, "first_record": first, "records": count, "offset": offset, "length": length}
            yield Event(times.get(n, stored), "chunk", text, {**data, "first_line": line})
        if done:
            at = max(times.values(), default=stored)
            data = {"records": records, "chunks": len(cut)}
            yield Event(at, "split", f"{records} records in {len(cut)} chunks", data)

    def works(self) -> Iterator[Event]:
        seq = self.seq
        rows = self.db.read(
            "SELECT id, target, lane, seq, chunk, sel, rest, crashes, crash, created_at, done_at FROM work"
            " WHERE batch=? AND (seq IS NULL OR seq=?) ORDER BY id",
            (seq >> 16, seq),
        )
        for id, target, lane, of, chunk, sel, rest, crashes, crash, created, done in rows:
            if of is None and not within(sel, {seq & 0xFFFF}):
                continue
            units = f"{ranges.size(sel)} records of chunk {chunk}" if of is not None else "the message"
            what = f"{units} for {target}" if "." in target else f"{units} to be processed by route {target}"
            size = 1 if of is None else ranges.size(sel)
            data = {"work": id, "target": target, "lane": lane, "chunk": chunk, "units": size}
            yield Event(created, "work", f"{what}, lane {lane}", data)
            if crashes:
                text = f"{what}: crashed {crashes} times ({crash})"
                yield Event(done or created, "crash", text, {"crashes": crashes, **data})
            still_open = within(rest, {seq & 0xFFFF}) if of is None else rest
            if not still_open:
                text = f"{units}: {'worked at' if '.' in target else 'processed by route'} {target}"
                yield Event(done or created, "worked", text, data)

    def fates(self) -> Iterator[Event]:
        seq = self.seq
        rows = self.db.read(
            "SELECT seq, chunk, target, state, rule, details, ref, units, n, at FROM fate WHERE batch=? ORDER BY id",
            (seq >> 16,),
        )
        for of, chunk, target, state, rule, details, ref, units, n, at in rows:
            if of not in (None, seq) or (of is None and not within(units, {seq & 0xFFFF})):
                continue
            what = f"{n} records ({units})" if of is not None else "the message"
            where = f" at {target}" if "." in target else ""
            data = {"target": target, "rule": rule, "details": details, "of": ref, "chunk": chunk}
            yield Event(at, state, f"{what} {state}{where}: {rule}", data)

    def attempts(self) -> Iterator[Event]:
        seq, id = self.seq, self.id
        rows = self.db.read(
            "SELECT record, target, kind, number, at, duration, sent_to, status, error, reason, response_type,"
            " response, request FROM attempt WHERE seq=? ORDER BY at, number",
            (seq,),
        )
        for row in rows:
            record, target, kind, number, at, duration, sent_to, status, error, reason, type_, response, request = row
            if kind == 2 and number == 1:
                continue
            why = f": {reason}" if reason else ""
            text = f"{letter_id(id, target, record)} try {number}: {ATTEMPTS[kind]} after {duration} ms"
            to = f" to {sent_to}" if sent_to else ""
            data = {
                "id": letter_id(id, target, record), "target": target, "record": record, "number": number,
                "status": status, "error": error, "reason": reason, "sent_to": sent_to, "duration_ms": duration,
                "response_type": type_, "request": shortened(request), "response": shortened(response, type_),
            }  # fmt: skip
            yield Event(at, "delivered" if kind == 3 else "failed", text + to + why, data)

    def parked(self) -> Iterator[Event]:
        seq, id = self.seq, self.id
        rows = self.db.read(
            "SELECT record, target, state, stage, error, reason, details, status, attempt, next_at, first_at, last_at,"
            " key FROM parked WHERE seq=? ORDER BY last_at",
            (seq,),
        )
        for row in rows:
            (record, target, state, stage, error, reason, details, status, attempt, next_at, first_at, last_at,
             key) = row  # fmt: skip
            letter = letter_id(id, target, record)
            data = {
                "id": letter, "target": target, "record": record, "stage": stage, "error": error, "reason": reason,
                "details": details, "status": status, "attempts": attempt, "first_at": first_at, "key": key,
                "next_at": next_at if state == "retry" else None,
            }  # fmt: skip
            yield Event(last_at, state, f"{letter} {state} at stage {stage} after {attempt} attempts: {reason}", data)

    def outputs(self) -> Iterator[Event]:
        """Files that were made of many records; a record in one has no receipt of its own."""
        rows = self.db.read(
            'SELECT f.target, f.name, f.state, f."offset", f.part, max(w.done_at) FROM file_out f LEFT JOIN work w'
            " ON w.batch=f.seq >> 16 AND w.seq=f.seq AND w.target=f.target WHERE f.seq=?"
            ' GROUP BY f.target, f.name, f.state, f."offset", f.part',
            (self.seq,),
        )
        for target, name, state, offset, part, at in rows:
            data = {"target": target, "name": name, "state": state, "bytes": offset, "part": part}
            yield Event(at or 0, "output", f"{target}: {offset} bytes in {name or 'a file'}, {state}", data)

    def revisions(self) -> Iterator[Event]:
        seq, id = self.seq, self.id
        columns = "record, target, rev, kind, body, version, by, at"
        rows = self.db.read(f"SELECT {columns} FROM revision WHERE seq=? ORDER BY at, rev", (seq,))
        for record, target, rev, kind, body, version, by, at in rows:
            letter = letter_id(id, target, record)
            logic = f", logic of version {version}" if version else ""
            text = f"{letter} revision {rev} by {by}: {'the body is kept' if body is None else kind}{logic}"
            yield Event(at, "revision", text, {"id": letter, "rev": rev, "kind": kind, "version": version, "by": by,
                                               "body": shortened(body)})  # fmt: skip

    def audits(self) -> Iterator[Event]:
        id = self.id
        rows = self.db.read(
            "SELECT at, actor, action, scope, reason FROM audit WHERE scope=?"
            " OR (scope>? AND scope<?) ORDER BY id",
            (id, f"{id}:", f"{id};"),
        )
        for at, actor, action, scope, reason in rows:
            why = f": {reason}" if reason else ""
            data = {"id": scope, "action": action, "by": actor, "reason": reason}
            yield Event(at, "audit", f"{scope} {action} by {actor}{why}", data)


def shortened(value: Any, content_type: str | None = None) -> str | None:
    """The beginning of bytes as text, for people."""
    if value is None or not value:
        return None
    raw = bytes(value)
    text = text_of(raw[:SUMMARY], content_type or "")
    return text if len(raw) <= SUMMARY else f"{text}… ({len(raw)} bytes)"
