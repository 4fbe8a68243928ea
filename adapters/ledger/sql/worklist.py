"""Reading work: what is open, what is parked and due, which keys wait, what an operator changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Database
from adapters.ledger.sql.intake import moment
from adapters.ledger.sql.lanes import UNCLOSED
from adapters.ledger.sql.rows import to_attempt
from router import ranges
from router.ledger import Attempt, Circuit, Claim, FileOut, Parked, Revision, Stored, Work
from router.message import Envelope, File
from router.ports import Cut

MESSAGE = (
    "seq, id, route, version, source, client, content_type, headers, params, file, size, sha256, body, blob,"
    " received_at, deadline, late, replay_to"
)
CUT = 'n, "offset", length, first_record, records, first_line, first_member, members'
PARKED = "seq, record, target, lane, key, state, attempt, next_at, first_at, stood, probed, id, crashes, crash, fallback"


class Worklist:
    """The reading half of the SQLite ledger's work."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs

    def open_work(self, claim: Claim, limit: int) -> list[Work]:
        rows = self.db.read(
            "SELECT id, target, lane, batch, seq, chunk, rest, crashes, crash FROM work WHERE state=0 AND target=?"
            " AND lane=? ORDER BY place, first, id LIMIT ?",
            (claim.target, claim.lane, limit),
        )
        return [Work(*row) for row in rows]

    def stored(self, batch: int, positions: Sequence[int]) -> list[Stored]:
        if not positions:
            return []
        first, last = (batch << 16) | positions[0], (batch << 16) | positions[-1]
        rows = self.db.read(f"SELECT {MESSAGE} FROM message WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last))
        wanted = set(positions)
        return [self.to_stored(row) for row in rows if (row[0] & 0xFFFF) in wanted]

    def message(self, seq: int) -> Stored | None:
        rows = self.db.read(f"SELECT {MESSAGE} FROM message WHERE seq=?", (seq,))
        return self.to_stored(rows[0]) if rows else None

    def message_by_id(self, id: str) -> Stored | None:
        rows = self.db.read(f"SELECT {MESSAGE} FROM message WHERE id=?", (id,))
        return self.to_stored(rows[0]) if rows else None

    def to_stored(self, row: Any) -> Stored:
        (seq, id, route, version, source, client, content_type, headers, params, file, size, sha256, body, blob,
         received_at, deadline, late, only) = row  # fmt: skip
        envelope = Envelope(
            id=id, route=route, source=source, received_at=moment(received_at),
            raw=None if blob else bytes(body or b""), blob=self.blobs.path(blob) if blob else None, size=size,
            content_type=content_type, headers=msgspec.json.decode(headers), params=msgspec.json.decode(params),
            client=client, file=File(file, size) if file is not None else None,
            only=tuple(only.split(",")) if only else (),
        )  # fmt: skip
        return Stored(seq, envelope, version, None, deadline, late or "", bytes(sha256 or b""))

    def kept(self, message_id: str) -> Envelope | None:
        """What was stored of a message, body and all; None where it is not kept any more."""
        kept = "body IS NOT NULL OR blob IS NOT NULL OR size=0"
        rows = self.db.read(f"SELECT seq FROM message WHERE id=? AND ({kept})", (message_id,))
        stored = self.message(int(rows[0][0])) if rows else None
        return stored.envelope if stored is not None else None

    def chunk(self, seq: int, n: int) -> Cut:
        row = self.db.read(
            f"SELECT {CUT} FROM chunk WHERE seq=? AND n=?", (seq, n)
        )[0]
        return Cut(*row)

    def chunks(self, seq: int) -> tuple[Cut | None, tuple[int, int] | None]:
        last = self.db.read(
            f"SELECT {CUT} FROM chunk WHERE seq=? ORDER BY n DESC LIMIT 1",
            (seq,),
        )
        done = self.db.read("SELECT chunks, records FROM split WHERE seq=?", (seq,))
        return (Cut(*last[0]) if last else None), (tuple(done[0]) if done else None)

    def chunk_of(self, seq: int, record: int) -> Cut | None:
        """The chunk that holds a record."""
        rows = self.db.read(
            f"SELECT {CUT} FROM chunk WHERE seq=? AND first_record<=?"
            " ORDER BY n DESC LIMIT 1",
            (seq, record),
        )
        return Cut(*rows[0]) if rows else None

    def due_parked(self, claim: Claim, limit: int) -> list[Parked]:
        rows = self.db.read(
            f"SELECT {PARKED} FROM parked WHERE target=? AND lane=? AND state='retry' AND \"array\"='' AND next_at<=?"
            " ORDER BY probed, seq, record LIMIT ?",
            (claim.target, claim.lane, self.db.clock.now(), limit),
        )
        return [Parked(*row) for row in rows]

    def parked(self, ids: Sequence[int]) -> dict[int, Parked]:
        marks = ",".join("?" * len(ids))
        rows = self.db.read(f"SELECT {PARKED} FROM parked WHERE id IN ({marks})", tuple(ids)) if ids else []
        return {parked.id: parked for parked in (Parked(*row) for row in rows)}

    def blocked(self, claim: Claim) -> set[str]:
        rows = self.db.read(
            "SELECT DISTINCT key FROM parked WHERE target=? AND lane=? AND key IS NOT NULL"
            " AND (state IN ('retry', 'blocked') OR (state='dead' AND hold=1))",
            (claim.target, claim.lane),
        )
        return {key for (key,) in rows}

    def ended(self, target: str, batch: int, work: int) -> set[tuple[int, int]]:
        route = target.partition(".")[0]
        rows = self.db.read(
            "SELECT seq, record FROM parked WHERE seq BETWEEN ? AND ? AND target=? AND until_work>=?",
            (batch << 16, (batch << 16) | 0xFFFF, route, work),
        )
        return {(seq, record) for seq, record in rows}

    def revisions(self, seqs: Sequence[int]) -> dict[tuple[int, int, str], Revision]:
        if not seqs or not self.db.read("SELECT 1 FROM revision LIMIT 1"):
            return {}
        rows = self.db.read(
            "SELECT seq, record, target, rev, kind, body, version FROM revision WHERE seq BETWEEN ? AND ? ORDER BY rev",
            (min(seqs), max(seqs)),
        )
        return {(r[0], r[1], r[2]): Revision(*r) for r in rows}

    def derived(self, seq: int, record: int, tag: str) -> dict[int, bytes]:
        rows = self.db.read("SELECT step, body FROM derived WHERE seq=? AND record=? AND tag=?", (seq, record, tag))
        return {int(step): bytes(body) for step, body in rows}

    def circuits(self) -> dict[str, Circuit]:
        now = self.db.clock.now()
        rows = self.db.read(
            "SELECT connection, circuit, failures, until, total + CASE circuit WHEN 'open' THEN ? - opened_at ELSE 0 END,"
            " probe_owner, probe_until FROM destination",
            (now,),
        )
        return {row[0]: Circuit(*row) for row in rows}

    def file_out(self, seq: int, target: str, part: int = 0) -> FileOut | None:
        rows = self.db.read(
            'SELECT seq, target, temp, name, "offset", state, device, inode, part FROM file_out WHERE seq=? AND target=?'
            " AND part=?",
            (seq, target, part),
        )
        return FileOut(*rows[0]) if rows else None

    def parts(self, seq: int, target: str) -> int:
        """How many files a collected message has made so far."""
        return int(self.db.read("SELECT count(*) FROM file_out WHERE seq=? AND target=?", (seq, target))[0][0])

    def collected(self, seq: int, target: str, mine: int = 1) -> bool:
        rows = self.db.read(
            "SELECT (SELECT count(*) FROM work WHERE batch=? AND seq=? AND target=? AND state=0),"
            " (SELECT count(*) FROM work w JOIN message m ON m.seq=? WHERE w.batch=? AND w.seq=? AND w.target=m.route"
            " AND w.state=0), (SELECT count(*) FROM split WHERE seq=?)",
            (seq >> 16, seq, target, seq, seq >> 16, seq, seq),
        )
        open_, routing, cut = rows[0]
        return bool(open_ <= mine and routing == 0 and cut == 1)

    def unclosed(self, claim: Claim) -> tuple[int, int] | None:
        rows = self.db.read(UNCLOSED, (claim.target, claim.lane))
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def answer(self, seq: int, target: str) -> Attempt | None:
        rows = self.db.read(
            "SELECT seq, record, number, at, duration, kind=3, sent_to, status, error, reason, response_type,"
            " response, request FROM attempt WHERE seq=? AND record=0 AND target=?"
            " ORDER BY kind DESC LIMIT 1",
            (seq, target),
        )
        return to_attempt(rows[0]) if rows else None

    def outcome(self, seq: int, target: str) -> str:
        """How one delivery of a whole message stands: `open retry dead discarded delivered`, or how the message ended
        before any target: `dead filtered refused`."""
        route = target.partition(".")[0]
        rows = self.db.read("SELECT target, state FROM parked WHERE seq=? AND record=0", (seq,))
        states = dict(rows)
        if states.get(route) in ("dead", "discarded"):
            return str(states[route])
        if target in states:
            return {"blocked": "retry"}.get(states[target], str(states[target]))
        if self.db.read("SELECT 1 FROM attempt WHERE seq=? AND record=0 AND target=? AND kind=3", (seq, target)):
            return "delivered"
        position = seq & 0xFFFF
        for state, units in self.db.read("SELECT state, units FROM fate WHERE batch=? AND seq IS NULL", (seq >> 16,)):
            if position in ranges.decode(units):
                return str(state)
        return "open"

    def last_failure(self, seq: int, target: str) -> tuple[str, str] | None:
        route = target.partition(".")[0]
        rows = self.db.read(
            "SELECT stage, reason FROM parked WHERE seq=? AND record=0 AND target IN (?, ?) AND state IN ('dead', 'discarded')",
            (seq, target, route),
        )
        return (str(rows[0][0]), str(rows[0][1])) if rows else None
