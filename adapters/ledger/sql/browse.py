"""Finding messages and showing how they stand, page by page, newest first."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from adapters.ledger.sql.database import Database
from adapters.ledger.sql.ends import Ends, MessageEnds, worst
from adapters.ledger.sql.rows import OTHER_CONTENT, to_attempt
from router import ranges
from router.browse import Known, MessageQuery, MessageView, TargetView
from router.ledger import Attempt, Stored

PAGE = 200
RECENT = 1_000_000

COLUMNS = "m.seq, m.id, m.route, m.received_at, m.version, m.source, m.client, m.content_type, m.file, m.size"

CANDIDATES = {
    "dead": "SELECT DISTINCT seq FROM parked WHERE state='dead'",
    "retry": "SELECT DISTINCT seq FROM parked WHERE state IN ('retry', 'blocked')",
    "held": "SELECT DISTINCT seq FROM parked WHERE state IN ('retry', 'blocked')",
    "discarded": "SELECT DISTINCT seq FROM parked WHERE state='discarded'",
}
"""Where messages of a state are to be found, so that not all are looked at."""


class Browse:
    """The finding half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def find_messages(self, query: MessageQuery, known: Known = None) -> Iterator[MessageView]:
        return Finding(self.db, query, known).found()

    def message_view(self, id: str, known: Known = None) -> MessageView | None:
        rows = self.db.read(f"SELECT {COLUMNS} FROM message m WHERE m.id=?", (id,))
        if not rows and id:
            rows = self.db.read(f"SELECT {COLUMNS} FROM message m WHERE m.id>? AND m.id<? LIMIT 2", (id, id + "~"))
        return Viewing(self.db, known).views(rows)[0] if len(rows) == 1 else None

    def recent(self, route: str, limit: int) -> Iterator[Stored]:
        """The last messages that the route took in, the newest first, with their bodies. Looks at the newest million. What
        was no message of its own (a duplicate, or other content under the key of another) is left out."""
        newest = "SELECT seq, route, replay FROM message ORDER BY seq DESC LIMIT ?"
        rows = self.db.read(
            f"SELECT seq FROM ({newest}) AS newest WHERE route=? AND replay=0 ORDER BY seq DESC LIMIT ?", (RECENT, route, limit)
        )
        for batch, seqs in groupby((int(seq) for (seq,) in rows), lambda seq: seq >> 16):
            others = self._of_others(batch, route)
            positions = sorted(position for seq in seqs if (position := seq & 0xFFFF) not in others)
            yield from reversed(self.stored(batch, positions) if positions else [])

    def _of_others(self, batch: int, route: str) -> set[int]:
        """Positions in a batch that came under another message's key."""
        found = {
            position
            for units, state, rule in self.db.read(
                "SELECT units, state, rule FROM fate WHERE batch=? AND seq IS NULL AND target=?", (batch, route)
            )
            if state == "duplicate" or (state == "refused" and rule.startswith(OTHER_CONTENT))
            for position in ranges.decode(units)
        }
        dead = "SELECT seq FROM parked WHERE seq BETWEEN ? AND ? AND record=0 AND target=? AND stage='dedupe'"
        found.update(seq & 0xFFFF for (seq,) in self.db.read(dead, (batch << 16, (batch << 16) | 0xFFFF, route)))
        return found

    @abstractmethod
    def stored(self, batch: int, positions: Sequence[int]) -> list[Stored]:
        """Messages of a batch, in order."""

    def body_kept(self, seq: int) -> bool:
        rows = self.db.read("SELECT body IS NOT NULL OR blob IS NOT NULL OR size=0 FROM message WHERE seq=?", (seq,))
        return bool(rows and rows[0][0])

    def answer_of(self, seq: int, record: int, target: str) -> Attempt | None:
        rows = self.db.read(
            "SELECT seq, record, number, at, duration, kind=3, sent_to, status, error, reason, response_type,"
            " response, request FROM attempt WHERE seq=? AND record=? AND target=?"
            " ORDER BY kind DESC LIMIT 1",
            (seq, record, target),
        )
        return to_attempt(rows[0]) if rows else None

    def tried_at(self, seq: int, record: int) -> list[str]:
        tried = "SELECT DISTINCT target FROM attempt WHERE seq=? AND record=? ORDER BY target"
        rows = self.db.read(tried, (seq, record))
        return [str(target) for (target,) in rows]


class Finding:
    """One search."""

    def __init__(self, db: Database, query: MessageQuery, known: Known) -> None:
        self.db = db
        self.query = query
        self.viewing = Viewing(db, known)
        self.where, self.args = self._conditions(query)

    def found(self) -> Iterator[MessageView]:
        among = self._candidates(self.query.state)
        before = 2**62
        while page := self._page(among, before):
            before = page[-1][0]
            for view in self.viewing.views(page):
                if self.query.state in (None, view.state):
                    yield view
            if among is not None:
                among = [seq for seq in among if seq < before]

    def _page(self, among: list[int] | None, before: int) -> list[Any]:
        """The next messages below a seq, of those that may be meant."""
        if among is None:
            return self._select("TRUE", before)
        for start in range(0, len(among), PAGE):
            some = ",".join(map(str, among[start : start + PAGE]))
            if rows := self._select(f"m.seq IN ({some})", before):
                return rows
        return []

    def _select(self, also: str, before: int) -> list[Any]:
        return self.db.read(
            f"SELECT {COLUMNS} FROM message m WHERE {self.where} AND {also} AND m.seq < ? ORDER BY m.seq DESC"
            f" LIMIT {PAGE}",
            [*self.args, before],
        )

    def _conditions(self, query: MessageQuery) -> tuple[str, list[Any]]:
        parts: list[str] = ["TRUE"]
        args: list[Any] = []
        if query.route is not None:
            parts.append("m.route = ?")
            args.append(query.route)
        if query.since is not None:
            # A message is received before its batch is: older batches hold none.
            parts.append("m.received_at >= ?")
            parts.append("m.seq >= (SELECT coalesce(min(id), 1099511627776) FROM batch WHERE received_at >= ?) << 16")
            args += [query.since, query.since]
        if query.until is not None:
            parts.append("m.received_at < ?")
            args.append(query.until)
        for name, value in query.keys:
            parts.append("m.seq IN (SELECT seq FROM business_key WHERE name=? AND value=?)")
            args += [name, value]
        return " AND ".join(parts), args

    def _candidates(self, state: str | None) -> list[int] | None:
        """Seqs, newest first, of what may be in a state; None where that is any."""
        if state in (None, "delivered"):
            return None
        found: set[int] = set()
        if state in CANDIDATES:
            found.update(seq for (seq,) in self.db.read(CANDIDATES[state]))
        if state in ("open", "held"):
            works = self.db.read("SELECT batch, seq, rest FROM work WHERE state=0")
            found.update(places(works))
        if state in ("filtered", "duplicate", "refused"):
            found.update(places(self.db.read("SELECT batch, seq, units FROM fate WHERE state=?", (state,))))
        return sorted(found, reverse=True)


class Viewing:
    """How messages stand, as people read it."""

    def __init__(self, db: Database, known: Known) -> None:
        self.db = db
        self.ends = Ends(db, known)

    def views(self, rows: list[Any]) -> list[MessageView]:
        if not rows:
            return []
        found = self.ends.of([row[0] for row in rows])
        some = f"seq IN ({','.join(str(row[0]) for row in rows)})"
        keys: dict[int, dict[str, str]] = {row[0]: {} for row in rows}
        for seq, name, value in self.db.read(f"SELECT seq, name, value FROM business_key WHERE {some} ORDER BY seq, name"):
            keys[seq][name] = value
        records = dict(self.db.read(f"SELECT seq, records FROM split WHERE {some}"))
        counted = f"SELECT seq, target, max(number) FROM attempt WHERE {some} AND record=0 GROUP BY seq, target"
        tries = {(seq, target): int(number) for seq, target, number in self.db.read(counted)}
        return [self._view(row, found[row[0]], keys[row[0]], int(records.get(row[0], 0)), tries) for row in rows]

    def _view(
        self, row: Any, ends: MessageEnds, keys: dict[str, str], records: int, tries: Mapping[tuple[int, str], int]
    ) -> MessageView:
        seq, id, route, received_at, version, source, client, content_type, file, size = row
        targets = tuple(
            self._target(name, counts, ends, tries.get((seq, name))) for name, counts in sorted(ends.targets.items())
        )
        return MessageView(
            id, seq, route, ends.state or "open", received_at, keys, tuple(t for t in targets if t.units), ends.reason,
            version, source, client, content_type, file, size, records,
        )  # fmt: skip

    def _target(self, name: str, counts: Counter[str], ends: MessageEnds, tries: int | None) -> TargetView:
        units = {state: n for state, n in counts.items() if n > 0}
        row = ends.worst_row(name)
        if row is not None:
            return TargetView(name, worst([counts]) or "open", row.attempt, row.error or None, row.reason, units)
        attempts = tries or (1 if "delivered" in units else 0)
        return TargetView(name, worst([counts]) or "open", attempts, None, "", units)


def places(rows: list[Any]) -> Iterator[int]:
    """The messages of (batch, seq, units) rows."""
    for batch, seq, units in rows:
        if seq is not None:
            yield seq
        else:
            yield from ((batch << 16) | n for n in ranges.decode(units))
