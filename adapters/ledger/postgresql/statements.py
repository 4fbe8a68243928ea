"""One transaction on one connection: statements are sent without waiting for their answers, until one is looked at."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper, IntLoader
from psycopg.types.string import StrDumperUnknown

Connection = psycopg.Connection[TupleRow]

logging.getLogger("psycopg").setLevel(logging.ERROR)
"""It warns of each pipeline that ends with a lost connection; who uses the ledger says that better."""

MARK = re.compile(r"'[^']*'|\?")


@lru_cache(4096)
def numbered(sql: str) -> str:
    """`?` as `$1`, `$2`, …, but not inside of texts."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] != "?":
            return found[0]
        count += 1
        return f"${count}"

    return MARK.sub(number, sql)


class TextDumper(StrDumperUnknown):
    """PostgreSQL's texts hold no NUL: its picture takes its place."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{SYMBOL FOR NULL}") if "\0" in obj else obj)


def adapt(connection: Connection) -> None:
    """All whole numbers are bigint, so that a statement is planned once; a sum of them is one too."""
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(str, TextDumper)
    connection.adapters.register_loader("numeric", IntLoader)


class Cursor:
    """An answer that is waited for when it is looked at."""

    __slots__ = ("raw",)

    def __init__(self, raw: psycopg.RawCursor[TupleRow]) -> None:
        self.raw = raw

    def fetchone(self) -> Any:
        return self.raw.fetchone()

    def fetchall(self) -> list[Any]:
        return self.raw.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.raw.fetchall())

    @property
    def get(self) -> Any:
        row = self.raw.fetchone()
        return None if row is None else row[0]


class Transaction:
    """Begun, and then committed or given up."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = ExitStack()
        self._last: psycopg.RawCursor[TupleRow] | None = None

    def begin(self) -> None:
        self._pipeline = self._sending.enter_context(self._connection.pipeline())
        self.run("BEGIN")

    def run(self, sql: str, bindings: Sequence[Any] = ()) -> Cursor:
        self._last = cursor = psycopg.RawCursor(self._connection)
        cursor.execute(numbered(sql).encode(), bindings)
        return Cursor(cursor)

    def many(self, sql: str, rows: Any) -> None:
        self._last = cursor = psycopg.RawCursor(self._connection)
        cursor.executemany(numbered(sql).encode(), rows)

    def changes(self) -> int:
        """Of the last statement; waits for its answer."""
        assert self._last is not None
        if self._last.pgresult is None:
            self._pipeline.sync()
        return max(0, self._last.rowcount)

    def copy(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY has the connection for itself: what was sent before is waited for."""
        self._sending.close()
        into = f"COPY {table} ({columns}) FROM STDIN".encode()
        with psycopg.Cursor(self._connection) as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
        self._pipeline = self._sending.enter_context(self._connection.pipeline())

    def commit(self) -> None:
        end = psycopg.RawCursor(self._connection).execute(b"COMMIT")
        self._sending.close()
        if end.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction(f"the server answered COMMIT with {end.statusmessage}")

    def give_up(self, error: BaseException) -> None:
        """Whatever state it is in; the connection is closed where it cannot be brought to rest."""
        try:
            self._sending.__exit__(type(error), error, error.__traceback__)
            self._connection.execute(b"ROLLBACK")
        except psycopg.Error:
            self._connection.close()
