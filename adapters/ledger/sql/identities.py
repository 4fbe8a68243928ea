"""Identities: who holds a key, who takes it, and what becomes of those that come second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from adapters.ledger.sql.database import Database, Run
from adapters.ledger.sql.rows import OTHER_CONTENT, insert_dead, insert_fate
from router import ranges
from router.ledger import Choice, Fate, Once, Park, Taken

Unit = tuple[int, int]


class Identities:
    """Those that one processing transaction of a route takes."""

    def __init__(self, db: Database, run: Run, choice: Choice, route: str, now: int) -> None:
        self.db, self.run, self.choice, self.route, self.now = db, run, choice, route, now
        self.chunk = next((work.chunk for work in choice.work if work.seq is not None), None)
        self.duplicates: dict[tuple[int | None, str], list[int]] = defaultdict(list)
        """Positions (seq None), or the records of a message, by the message that came first."""

    def take(self) -> set[Unit]:
        """The units (seq, record) that came second."""
        self.db.guard(self.run, [name_of(taken.once) for taken in self.choice.once])
        lost = {(taken.seq, taken.record) for taken in self.choice.once if not self._one(taken)}
        for (seq, first), units in self.duplicates.items():
            chunk = self.chunk if seq is not None else None
            fate = Fate(ranges.encode(units), "duplicate", f"duplicate of {first}", seq, chunk, self.route, first)
            insert_fate(self.run, self.choice.batch, fate, self.now)
        return lost

    def _one(self, taken: Taken) -> bool:
        """Whether the unit holds its key now."""
        once, record = taken.once, taken.record
        id, whole = self.run("SELECT id, sha256 FROM message WHERE seq=?", (taken.seq,)).fetchone()
        name, content = (f"{id}:{record}" if record else id), taken.content or bytes(whole)
        holder = seen_by(self.run, once, self.now)
        if holder is None or holder[0] == name or (holder[2] != content and once.changed == "deliver"):
            take(self.run, once, name, taken.seq, content, self.now)
            return True
        if holder[2] == content or once.changed == "duplicate":
            place = (taken.seq, record) if record else (None, taken.seq & 0xFFFF)
            self.duplicates[place[0], holder[0].partition(":")[0]].append(place[1])
        else:
            reason = f"{OTHER_CONTENT}: {once.key!r} came with {in_words(holder[0])}"
            park = Park(taken.seq, record, "dead", "dedupe", "conflict", reason, first_at=self.now)
            insert_dead(self.run, self.route, park, self.now)
        return False


def in_words(name: str) -> str:
    message, _, record = name.partition(":")
    return f"record {record} of message {message}" if record else f"message {message}"


def name_of(once: Once) -> str:
    """For `guard`: who looks whether it is taken is alone with it."""
    return f"{once.scope}\0{once.key}"


def seen_by(run: Run, once: Once, now: int) -> tuple[str, int, bytes] | None:
    """Who holds this identity: (message id, seq, SHA-256), or None."""
    row = run("SELECT message, seq, sha256, until FROM seen WHERE scope=? AND key=?", (once.scope, once.key)).fetchone()
    if row is None or row[3] <= now:
        return None
    return str(row[0]), int(row[1]), bytes(row[2])


def take(run: Run, once: Once, message: str, seq: int, sha256: bytes, now: int) -> None:
    run(
        "INSERT INTO seen VALUES (?,?,?,?,?,?,?) ON CONFLICT (scope, key) DO UPDATE SET received_at=excluded.received_at,"
        " message=excluded.message, seq=excluded.seq, sha256=excluded.sha256, until=excluded.until",
        (once.scope, once.key, now, message, seq, sha256, now + int(once.within * 1000)),
    )


def release_identities(run: Run, seqs: Iterable[int]) -> None:
    """A message dead at decode, validate or route, or refused, holds no identity but the one that its source gave it."""
    for seq in seqs:
        run("DELETE FROM seen WHERE seq=? AND scope NOT LIKE 'file:%' AND scope NOT LIKE 'source:%'", (seq,))
