"""Days: the part of the growing tables that holds a day's messages. Made ahead; dropped whole.

The sequence of batches is moved on at the start of each day, to `day << 30`, so that a batch, and with it every `seq`,
says in which part its rows lie. It is still a sequence: its numbers follow the order in which they are taken.
"""

from __future__ import annotations

from adapters.ledger.postgresql.connection import Database
from adapters.ledger.postgresql.schema import PARTED
from adapters.ledger.sql.database import Run
from adapters.ledger.sql.prune import BUSY

AHEAD = 2
DAY_MS = 86_400_000
BATCH_BITS, SEQ_BITS = 30, 46
KEPT = "_kept"
BY_SEQ = ("chunk", "split", "parked", "revision", "derived", "file_in", "file_out")


def today(db: Database) -> int:
    """Days since 1970, UTC."""
    return db.clock.now() // DAY_MS


class Days:
    """Makes the days that come, and lets those go that are over."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._made = -1

    def look(self) -> None:
        """Cheap: asks the server once a day."""
        day = today(self.db)
        if day != self._made:
            with self.db.write() as run:
                make(self.db, run, day)
            self._made = day

    def drop(self, before: int) -> int:
        """The days all of whose batches were received before `before` (ms) go at once; what is open, parked or dead there
        is kept in a small part of its own. How many messages went."""
        gone = 0
        for day in self._whole():
            low, high = day << BATCH_BITS, (day + 1) << BATCH_BITS
            young = "SELECT 1 FROM batch WHERE id >= ? AND id < ? AND received_at >= ? LIMIT 1"
            if day < today(self.db) and not self.db.read(young, (low, high, before)):
                with self.db.write() as run:
                    gone += drop_day(run, day)
        return gone

    def _whole(self) -> list[int]:
        rows = self.db.read(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = to_regclass('message') ORDER BY 1"
        )
        return [int(name.removeprefix("message_")) for (name,) in rows if not name.endswith(KEPT)]


def make(db: Database, run: Run, day: int) -> None:
    """The parts of this day and the next ones, and the first batch of the day. A table is made and then attached: that
    waits for nobody who reads or writes."""
    db.guard(run, ["days"])
    for n in range(day, day + AHEAD + 1):
        for table in PARTED:
            if not run("SELECT to_regclass(?) IS NOT NULL", (f"{table}_{n}",)).get:
                attach(run, table, n, f"{table}_{n}")
    first = day << BATCH_BITS
    run(f"SELECT setval('batch_id', {first}) FROM batch_id WHERE last_value < {first}")


def attach(run: Run, table: str, day: int, name: str) -> None:
    low, high = day << SEQ_BITS, (day + 1) << SEQ_BITS
    if not run("SELECT to_regclass(?) IS NOT NULL", (name,)).get:
        run(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    run(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")


def drop_day(run: Run, day: int) -> int:
    low, high = day << BATCH_BITS, (day + 1) << BATCH_BITS
    run("SET LOCAL statement_timeout = 0")
    run("SET LOCAL lock_timeout = '2s'")
    run("CREATE TEMPORARY TABLE staying ON COMMIT DROP AS"
        f" SELECT id FROM batch b WHERE id >= {low} AND id < {high} AND ({BUSY})")  # fmt: skip
    stays = bool(run("SELECT count(*) FROM staying").get)
    for table in PARTED:
        run(f"ALTER TABLE {table} DETACH PARTITION {table}_{day}")
        if stays:
            kept = f"{table}_{day}{KEPT}"
            run(f"CREATE TABLE {kept} (LIKE {table} INCLUDING ALL)")
            run(f"INSERT INTO {kept} SELECT * FROM {table}_{day} WHERE seq >> 16 IN (SELECT id FROM staying)")
            attach(run, table, day, kept)
        run(f"DROP TABLE {table}_{day}")
    for table in BY_SEQ:
        run(f"DELETE FROM {table} WHERE seq >= {low << 16} AND seq < {high << 16}"
            " AND seq >> 16 NOT IN (SELECT id FROM staying)")  # fmt: skip
    for table in ("work", "fate"):
        run(f"DELETE FROM {table} WHERE batch >= {low} AND batch < {high} AND batch NOT IN (SELECT id FROM staying)")
    going = f"id >= {low} AND id < {high} AND id NOT IN (SELECT id FROM staying)"
    return int(run(f"WITH gone AS (DELETE FROM batch WHERE {going} RETURNING n) SELECT coalesce(sum(n), 0) FROM gone").get)
