"""Storing what comes in: one transaction for a group of messages, identities decided inside it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.identities import name_of, seen_by, take
from adapters.ledger.sql.rows import OTHER_CONTENT, insert_dead, insert_fate, insert_work, wake
from router import ranges
from router.lanes import PLAIN_LANES, lane_of_batch
from router.ledger import Arrival, BlobWriter, End, Fate, FileIn, NewWork, Once, Park, Receipt

MESSAGE = """seq, id, route, version, source, client, content_type, headers, params, file, size, sha256, body, blob,
 received_at, deadline, late"""


def to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


class Intake:
    """The accepting half of the SQLite ledger."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs

    @property
    def shared(self) -> bool:
        return self.db.shared

    def turn(self, name: str) -> bool:
        return self.db.turn(name)

    def blob(self, message_id: str) -> BlobWriter:
        return self.blobs.new(message_id)

    def accept(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        receipts: dict[str, Receipt] = {}
        by_route = sorted(arrivals, key=lambda a: (a.envelope.route, a.version))
        woken: set[tuple[str, int]] = set()
        with self.db.write() as run:
            self.db.guard(run, [name_of(once) for a in arrivals for once in a.once])
            for _, group in itertools.groupby(by_route, key=lambda a: (a.envelope.route, a.version)):
                batch = Batch(self, run, list(group))
                receipts.update(batch.store())
                woken |= batch.woken
            wake(run, woken, self.db.clock.now())
        return [receipts[a.envelope.id] for a in arrivals]

    def file_stored(self, path: str, file: FileIn) -> str | None:
        rows = self.db.read(
            "SELECT m.id FROM file_in f JOIN message m USING (seq) WHERE f.path=? AND f.device=? AND f.inode=?"
            " AND f.size=? AND f.mtime_ns=? AND f.state='stored'",
            (path, file.device, file.inode, file.size, file.mtime_ns),
        )
        return str(rows[0][0]) if rows else None

    def file_moved(self, path: str, file: FileIn, moved_to: str = "") -> None:
        with self.db.write() as run:
            run(
                "UPDATE file_in SET state='moved', moved_to=? WHERE path=? AND device=? AND inode=? AND size=?"
                " AND mtime_ns=?",
                (moved_to, path, file.device, file.inode, file.size, file.mtime_ns),
            )

    def failed_files(self, route: str) -> list[tuple[str, str]]:
        """(where it lies, message id) of files that were done before their message died as a whole."""
        return self.db.read(
            "SELECT f.moved_to, m.id FROM parked p JOIN file_in f ON f.seq=p.seq JOIN message m ON m.seq=p.seq"
            " WHERE p.route=? AND p.state='dead' AND p.record=0 AND p.target=p.route AND f.state='moved'",
            (route,),
        )

    def file_relocated(self, message_id: str, moved_to: str) -> None:
        with self.db.write() as run:
            run(
                "UPDATE file_in SET state='failed', moved_to=? WHERE seq=(SELECT seq FROM message WHERE id=?)",
                (moved_to, message_id),
            )


class Batch:
    """One route's share of an accepting transaction."""

    def __init__(self, intake: Intake, run: Run, arrivals: list[Arrival]) -> None:
        self.run = run
        self.db = intake.db
        self.blobs = intake.blobs
        self.arrivals = arrivals
        self.now = intake.db.clock.now()
        self.ends: list[tuple[int, Arrival, End]] = []
        self.live: list[tuple[int, Arrival]] = []
        self.woken: set[tuple[str, int]] = set()

    def store(self) -> list[tuple[str, Receipt]]:
        """(id of the arrival, receipt) of each; the sequence is taken here, after the last one was received."""
        self.batch = self.db.next_batch(self.run)
        first = self.arrivals[0]
        receipts: list[tuple[str, Receipt]] = []
        rows: list[tuple[Any, ...]] = []
        known = self._known()
        for arrival in self.arrivals:
            if arrival.envelope.id in known:
                seq = known[arrival.envelope.id]
                receipts.append((arrival.envelope.id, Receipt("accepted", arrival.envelope.id, seq)))
                continue
            position = len(rows)
            receipt = self._one(position, arrival)
            rows.append(self._row((self.batch << 16) | position, arrival, receipt))
            receipts.append((arrival.envelope.id, receipt))
        if rows:
            self.run(
                "INSERT INTO batch VALUES (?,?,?,?,?)",
                (self.batch, first.envelope.route, first.version, len(rows), self.now),
            )
            self.db.load("message", MESSAGE, rows)
            self.blobs.keep(self.run, rows)
            self._replays()
            self._ends()
            self._work()
        return receipts

    def _known(self) -> dict[str, int]:
        """A commit whose answer was lost is tried again with the same ids: those are stored already."""
        marks = ",".join("?" * len(self.arrivals))
        found = self.run(
            f"SELECT id, seq FROM message WHERE id IN ({marks})", [a.envelope.id for a in self.arrivals]
        ).fetchall()
        return dict(found)

    def _one(self, position: int, arrival: Arrival) -> Receipt:
        seq = (self.batch << 16) | position
        found, of = self._identities(seq, arrival, arrival.once if arrival.end is None else own_names(arrival.once))
        end = found or arrival.end
        if end is None:
            self.live.append((position, arrival))
        else:
            self.ends.append((position, arrival, end))
        if arrival.keys:
            self.db.many(
                "INSERT INTO business_key VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                [(arrival.envelope.route, name, value, seq) for name, value in arrival.keys],
            )
        if arrival.file is not None:
            file = arrival.file
            self.run(
                "INSERT INTO file_in VALUES (?,?,?,?,?,?,?,'stored',NULL,?) ON CONFLICT (path, device, inode, size, mtime_ns)"
                " DO UPDATE SET sha256=excluded.sha256, seq=excluded.seq, state=excluded.state, moved_to=NULL, at=excluded.at",
                (file.path, file.device, file.inode, file.size, file.mtime_ns, arrival.sha256, seq, self.now),
            )
        if end is None:
            return Receipt("accepted", arrival.envelope.id, seq)
        if of is not None and end.state == "duplicate":
            return Receipt("duplicate", of[0], of[1], of[0])
        if of is not None:
            return Receipt("conflict", arrival.envelope.id, seq, of[0])
        return Receipt(end.state, arrival.envelope.id, seq)

    def _identities(
        self, seq: int, arrival: Arrival, names: Sequence[Once]
    ) -> tuple[End | None, tuple[str, int] | None]:
        """Takes all identities, or none: the end as a duplicate or conflict of another message."""
        for once in names:
            holder = seen_by(self.run, once, self.now) if once.look else None
            if holder is None:
                continue
            same = holder[2] == arrival.sha256
            if same or once.changed == "duplicate":
                return End("duplicate", "dedupe", "duplicate", f"duplicate of {holder[0]}"), (holder[0], holder[1])
            if once.changed == "dead":
                end = End(
                    "refused" if once.idempotency else "dead", "dedupe", "conflict",
                    f"{OTHER_CONTENT}: {once.key!r} came with message {holder[0]}",
                )  # fmt: skip
                return end, (holder[0], holder[1])
        for once in sorted(names, key=lambda o: (o.scope, o.key)):
            take(self.run, once, arrival.envelope.id, seq, arrival.sha256, self.now)
        return None, None

    def _row(self, seq: int, arrival: Arrival, receipt: Receipt) -> tuple[Any, ...]:
        e = arrival.envelope
        keep = receipt.state != "duplicate"
        blob = self.blobs.name(e.blob) if e.blob is not None and keep else None
        return (
            seq, e.id, e.route, arrival.version, e.source, e.client, e.content_type, to_json(dict(e.headers)),
            to_json(dict(e.params)), e.file.name if e.file else None, e.size or len(e.raw or b""), arrival.sha256,
            e.raw if keep else None, blob, epoch_ms(e.received_at), self._deadline(arrival), arrival.late or None,
        )  # fmt: skip

    def _deadline(self, arrival: Arrival) -> int | None:
        """By the ledger's clock: that of the host that received it may show another time."""
        if arrival.deadline is None:
            return None
        return self.now + arrival.deadline - epoch_ms(arrival.envelope.received_at)

    def _replays(self) -> None:
        for a in self.arrivals:
            if a.replay is not None:
                self.run(
                    "UPDATE message SET replay_of=?, replay=?, replay_job=?, replay_to=? WHERE id=?",
                    (a.replay.message, a.replay.number, a.replay.job, ",".join(a.envelope.only) or None, a.envelope.id),
                )

    def _ends(self) -> None:
        for position, arrival, end in self.ends:
            seq, route = (self.batch << 16) | position, arrival.envelope.route
            if end.state == "dead":
                park = Park(seq, 0, "dead", end.stage, end.error, end.reason, details=end.details, first_at=self.now)
                insert_dead(self.run, route, park, self.now)
            else:
                ref = end.reason.rpartition(" ")[2] if end.state == "duplicate" else ""
                fate = Fate(str(position), end.state, end.reason, target=route, ref=ref)
                insert_fate(self.run, self.batch, fate, self.now, end.details)

    def _work(self) -> None:
        by_target: dict[tuple[str, int], list[int]] = {}
        for position, arrival in self.live:
            for target in arrival.targets:
                by_target.setdefault(target, []).append(position)
        for (name, lanes), positions in by_target.items():
            lane = lane_of_batch(self.batch) if lanes == PLAIN_LANES else 0
            insert_work(self.run, self.batch, NewWork(name, lane, ranges.encode(positions)), self.now)
            self.woken.add((name, lane))


def own_names(once: Sequence[Once]) -> list[Once]:
    """Of a message that is dead or refused already: what its source calls it. The source may send it again."""
    return [one for one in once if one.scope.startswith("source:")]
