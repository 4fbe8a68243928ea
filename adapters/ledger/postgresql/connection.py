"""One process's door to PostgreSQL: a connection that writes and one that reads, made anew when they are lost."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg

from adapters.ledger.postgresql.clock import ServerClock
from adapters.ledger.postgresql.errors import Interrupted, is_lost, translated, unopened
from adapters.ledger.postgresql.marks import Marks
from adapters.ledger.postgresql.statements import Connection, Transaction, adapt, numbered
from adapters.ledger.sql.database import Clock, Run
from adapters.ledger.sql.delay import Delay
from router.errors import LedgerBusy, LedgerError, LedgerRefused

LEAST = 150_000
"""PostgreSQL 15."""
LOCK_WAIT = 5.0
PATIENCE = 10.0
"""Seconds in which the outcome of a transaction whose answer was lost is asked for."""
BETWEEN_ATTEMPTS = 0.25
MANY = 20
"""Rows from which on COPY is faster than one statement each."""
SCHEMA = "crossdock"
ASYNC_VARIABLE = "CROSSDOCK_LEDGER_ASYNC"

SESSION = (
    "SET search_path = {schema}; SET TimeZone = 'UTC'; SET lock_timeout = '5s'; SET statement_timeout = '{limit}';"
    " SET idle_in_transaction_session_timeout = '10s'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;"
    " SET tcp_keepalives_count = 3; SET tcp_user_timeout = 10000; SET client_min_messages = warning; SET plan_cache_mode = auto"
)
FORGOTTEN = b"SET idle_session_timeout = '60s'"
"""A process that is frozen keeps no lock of its connection for longer."""
UNHURRIED = b"SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL application_name = 'crossdock proof'"
FACTS = "SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit'), pg_is_in_recovery()"


def lock_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


class Absence:
    """How long a server cannot be reached already. Whoever asks meanwhile is told at once: attempts are made one at a time,
    with a pause between them, so that nobody queues up behind the attempts of others."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._until = 0.0
        self._last: LedgerError | None = None

    @property
    def seconds(self) -> float:
        return 0.0 if self._since is None else time.monotonic() - self._since

    def refuse(self) -> None:
        """Raises what the last attempt raised, a moment ago."""
        if self._last is not None and time.monotonic() < self._until:
            raise self._last

    def seen(self, error: LedgerError) -> None:
        self._last = error
        self._since = self._since or time.monotonic()
        self._until = time.monotonic() + BETWEEN_ATTEMPTS

    def over(self) -> None:
        self._since = self._last = None


class Database:
    """Statements of the ledger on a schema of its own. Transactions are short; none is open across a send."""

    for_update = " FOR UPDATE"
    skip_locked = " FOR UPDATE SKIP LOCKED"
    shared = True

    def __init__(self, url: str, schema: str = SCHEMA, clock: Clock | None = None) -> None:
        self.url, self.schema = url, schema
        self._write_lock, self._read_lock = threading.Lock(), threading.RLock()
        self._writer: Connection | None = None
        self._reader: Connection | None = None
        self._open_now: Transaction | None = None
        self._in_snapshot = False
        self.absence, self.marks, self.delay = Absence(), Marks(), Delay()
        self.refuse_unfit()
        self.clock: Clock = clock or ServerClock(self._server_time)

    def refuse_unfit(self) -> None:
        """Raises LedgerRefused for a server that is too old, or that says "committed" before it is safe."""
        version, synchronous, _ = self.read(FACTS)[0]
        if version < LEAST:
            raise LedgerRefused(f"PostgreSQL {version // 10_000} is too old for the ledger: 15 is needed")
        if synchronous == "off" and os.environ.get(ASYNC_VARIABLE) != "allow":
            raise LedgerRefused(
                "PostgreSQL runs with synchronous_commit=off: it would say that a message is stored before it is."
                " Set it to on (for this user: ALTER ROLE … SET synchronous_commit = on), or allow the loss:"
                f" {ASYNC_VARIABLE}=allow"
            )

    def _server_time(self) -> int:
        return int(self.read("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")[0][0])

    # --- connections --------------------------------------------------------------------------------------------------
    def connect(self, limit: str = "30s") -> Connection:
        """Only a server that takes writes will do, whichever of the hosts in the address that is."""
        self.absence.refuse()
        try:
            connection = psycopg.connect(
                self.url, autocommit=True, connect_timeout=5, client_encoding="utf8", target_session_attrs="read-write",
                fallback_application_name="crossdock", keepalives_idle=5, keepalives_interval=2, keepalives_count=3,
                tcp_user_timeout=10_000,
            )  # fmt: skip
        except psycopg.Error as error:
            reason = unopened(error)
            self.absence.seen(reason)
            raise reason from None
        self.absence.over()
        adapt(connection)
        with translated():
            connection.execute(SESSION.format(schema=self.schema, limit=limit).encode())
        return connection

    def _writing(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = self.connect()
        return self._writer

    def _reading(self) -> Connection:
        if self._reader is None or self._reader.closed:
            self._reader = self.connect("10min")
            with translated():
                self._reader.execute(FORGOTTEN)
        return self._reader

    def close(self) -> None:
        for connection in (self._writer, self._reader):
            if connection is not None:
                connection.close()

    # --- transactions -------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def write(self) -> Iterator[Run]:
        """Committed at the end, or rolled back as a whole. Raises Interrupted where it may be tried again."""
        with self.delay.measured():
            if not self._write_lock.acquire(timeout=LOCK_WAIT):
                raise LedgerBusy()
        try:
            with translated():
                transaction = self._open_now = Transaction(self._writing())
                try:
                    transaction.begin()
                    yield transaction.run
                    mark = self.marks.set(transaction.run, self.clock.now())
                except BaseException as error:
                    self._give_up(transaction, error)
                    raise
                self._commit(transaction, mark)
        finally:
            self._open_now = None
            self._write_lock.release()

    def _commit(self, transaction: Transaction, mark: int) -> None:
        try:
            with self.delay.measured():
                transaction.commit()
            self.marks.last = mark
        except psycopg.Error as error:
            lost = is_lost(error)
            self._give_up(transaction, error)
            if not (lost and self._was_committed(mark)):
                raise

    def _give_up(self, transaction: Transaction, error: BaseException) -> None:
        transaction.give_up(error)
        if isinstance(error, psycopg.Error) and is_lost(error) and self._writer is not None:
            self._writer.close()

    def _was_committed(self, mark: int) -> bool:
        """What became of a transaction whose COMMIT had no answer, once the server can be reached again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                row = psycopg.RawCursor(self._writing()).execute(*self.marks.question(mark, self.clock.now())).fetchone()
            except (psycopg.Error, Interrupted):
                if self._writer is not None:
                    self._writer.close()
            else:
                assert row is not None
                return self.marks.answer(mark, int(row[0]))
            if time.monotonic() > deadline:
                self.marks.unknown()
                raise LedgerError("PostgreSQL went away in a COMMIT and did not come back: its outcome is not known")
            time.sleep(0.05)

    # --- statements ---------------------------------------------------------------------------------------------------
    def read(self, sql: str, bindings: Any = ()) -> list[Any]:
        """Tried once more where the connection was lost meanwhile."""
        with self._read_lock:
            for last in (True,) if self._in_snapshot else (False, True):
                try:
                    with translated():
                        reader = self._reading()
                        return psycopg.RawCursor(reader).execute(numbered(sql).encode(), bindings).fetchall()
                except Interrupted:
                    if self._reader is not None:
                        self._reader.close()
                    if last:
                        raise
        raise AssertionError

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._read_lock, translated():
            reader = self._reading()
            reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._in_snapshot = True
            try:
                reader.execute(UNHURRIED)
                yield
            finally:
                self._in_snapshot = False
                if not reader.closed:
                    reader.execute("ROLLBACK")

    @property
    def transaction(self) -> Transaction:
        assert self._open_now is not None, "outside of write()"
        return self._open_now

    def many(self, sql: str, rows: Any) -> None:
        self.transaction.many(sql, rows)

    def changes(self) -> int:
        return self.transaction.changes()

    def load(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if len(rows) >= MANY:
            self.transaction.copy(table, columns, rows)
        elif rows:
            marks = ",".join("?" * len(rows[0]))
            self.many(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def next_batch(self, run: Run) -> int:
        return int(run("SELECT nextval('batch_id')").get)

    def guard(self, run: Run, names: Iterable[str]) -> None:
        """In one order, so that no two wait for each other."""
        keys = sorted({lock_of(name) for name in names})
        if keys:
            run("SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(?::bigint[]) AS k ORDER BY 1) AS keys", (keys,))

    def turn(self, name: str) -> bool:
        """A lock of the reading connection: when that is lost, so is the lock, and is asked for anew."""
        return bool(self.read("SELECT pg_try_advisory_lock(?)", (lock_of(f"{self.schema} {name}"),))[0][0])

    def lock_lanes(self, run: Run, targets: Iterable[str]) -> None:
        names = sorted(set(targets))
        if names:
            run("SELECT 1 FROM lane WHERE target = ANY(?::text[]) ORDER BY target, lane FOR UPDATE", (names,))
