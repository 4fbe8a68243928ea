"""Moving a shop that outgrew its machine: everything of a SQLite ledger into an empty one on PostgreSQL, in one transaction
that is committed only if what can be read there is what was read here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
from psycopg import conninfo

from adapters.ledger.postgresql.days import SEQ_BITS, attach
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from adapters.ledger.postgresql.schema import PARTED
from adapters.ledger.sql.database import Run
from router.errors import LedgerError, LedgerRefused

TABLES = (
    "batch", "message", "chunk", "split", "seen", "work", "parked", "attempt", "fate", "revision", "business_key", "lane",
    "pause", "paused_route", "destination", "file_in", "file_out", "config", "job", "job_item", "audit", "counter",
    "array_out", "derived",
)  # fmt: skip
"""What is left out belongs to processes that run: nodes and the ticker's lease."""
NUMBERED = ("work", "parked", "fate", "job", "audit")
"""Tables whose ids the database gives."""
FREED = {"lane": {"owner": "", "lease_until": 0, "boot": ""}, "destination": {"probe_owner": "", "probe_until": 0}}
"""Leases are by the clock of one machine; they are over."""
ROWS = 1000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A table: its rows, and a sum of their hashes that does not depend on their order."""

    table: str
    rows: int = 0
    digest: int = 0

    def plus(self, rows: Sequence[Row]) -> Copied:
        total = sum(int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=8).digest()) for row in rows)
        return replace(self, rows=self.rows + len(rows), digest=(self.digest + total) % (1 << 64))


class Source:
    """A SQLite ledger of this program's schema that nobody writes meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file = apsw.Connection(f"file:{quote(str(path))}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)

    def columns(self, table: str) -> list[str]:
        return [str(name) for (name,) in self._file.execute("SELECT name FROM pragma_table_info(?)", (table,))]

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[list[Row]]:
        """Some at a time, as PostgreSQL will hold them."""
        freed = FREED.get(table, {})
        fixed = {columns.index(name): value for name, value in freed.items()}
        found = self._file.execute(f"SELECT {names(columns)} FROM {table}")
        while some := list(islice(found, ROWS)):
            yield [tuple(fixed.get(n, stored(value)) for n, value in enumerate(row)) for row in some]

    def days(self) -> list[int]:
        """Parts of the growing tables that the seqs fall into."""
        return [int(day) for (day,) in self._file.execute(f"SELECT DISTINCT seq >> {SEQ_BITS} FROM message")]

    def blobs(self) -> Iterator[tuple[int, str]]:
        for seq, blob in self._file.execute("SELECT seq, blob FROM message WHERE blob IS NOT NULL"):
            yield int(seq), str(blob)

    def close(self) -> None:
        self._file.close()


def names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def stored(value: Any) -> Any:
    """A text as PostgreSQL holds it, which knows no NUL."""
    return value.replace("\0", "\N{SYMBOL FOR NULL}") if isinstance(value, str) else value


def shown(url: str) -> str:
    """Without its password and what else may be secret."""
    parts = conninfo.conninfo_to_dict(url)
    return f"postgresql://{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def copy(path: Path, blobs: Path, to: PostgresqlLedger, step: Callable[[int], object]) -> list[Copied]:
    """All of it or nothing; `step` is told of rows that have come over. Raises LedgerRefused where there are messages
    already, LedgerError where what arrived differs from what was sent."""
    source = Source(path)
    try:
        with to.db.write() as run:
            return _copy(source, blobs, to, run, step)
    finally:
        source.close()


def _copy(source: Source, blobs: Path, to: PostgresqlLedger, run: Run, step: Callable[[int], object]) -> list[Copied]:
    run("SET LOCAL statement_timeout = 0")
    run("SET LOCAL idle_in_transaction_session_timeout = 0")
    run("SET LOCAL application_name = 'crossdock copy'")
    to.db.guard(run, [f"migrate {to.db.schema}"])
    if run("SELECT 1 FROM batch LIMIT 1").fetchone():
        raise LedgerRefused("the ledger at --to has messages already: a copy needs an empty one")
    for day in source.days():
        for table in PARTED:
            if not run("SELECT to_regclass(?) IS NOT NULL", (f"{table}_{day}",)).get:
                attach(run, table, day, f"{table}_{day}")
    done = [_table(source, to, run, table, step) for table in TABLES]
    done.append(_bodies(source, blobs, to, run, step))
    for table in NUMBERED:
        run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) IS NOT NULL")
    return done


def _table(source: Source, to: PostgresqlLedger, run: Run, table: str, step: Callable[[int], object]) -> Copied:
    columns = source.columns(table)
    run(f"DELETE FROM {table}")  # what a first start wrote: its lanes, its version
    sent = Copied(table)
    for rows in source.rows(table, columns):
        to.db.load(table, names(columns), rows)
        sent = sent.plus(rows)
        step(len(rows))
    arrived = Copied(table)
    for rows in _read(run, f"SELECT {names(columns)} FROM {table}"):
        arrived = arrived.plus(rows)
    return _same(sent, arrived)


def _bodies(source: Source, blobs: Path, to: PostgresqlLedger, run: Run, step: Callable[[int], object]) -> Copied:
    """Large bodies and files. One that the source has lost is no reason to lose the rest: `ledger verify` names it."""
    sent = arrived = Copied("body")
    for seq, name in source.blobs():
        path = blobs / name
        if not path.exists():
            continue
        to.blobs.store(seq, path)
        with path.open("rb") as file:
            sent = sent.plus([(seq, hashlib.file_digest(file, "sha256").digest())])
        whole = hashlib.sha256()
        for rows in _read(run, f"SELECT data FROM body WHERE seq = {seq} ORDER BY n"):
            for (data,) in rows:
                whole.update(data)
        arrived = arrived.plus([(seq, whole.digest())])
        step(1)
    return _same(sent, arrived)


def _read(run: Run, select: str) -> Iterator[list[Row]]:
    run(f"DECLARE copied NO SCROLL CURSOR FOR {select}")
    while rows := run(f"FETCH {ROWS // 10} FROM copied").fetchall():
        yield rows
    run("CLOSE copied")


def _same(sent: Copied, arrived: Copied) -> Copied:
    if sent != arrived:
        raise LedgerError(
            f"the copy of {sent.table} differs from what was read ({sent.rows} rows, {arrived.rows} arrived): nothing was"
            " copied. Report it: crossdock doctor"
        )
    return sent
