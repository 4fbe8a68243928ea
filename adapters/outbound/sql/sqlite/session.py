"""One connection to a file of SQLite."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from adapters.disk import explain, shown
from adapters.outbound.sql.fitting import Columns, Fitter
from adapters.outbound.sql.session import Engine, Failed, Job, Line, Refused, Shape, Upsert, of_member
from adapters.outbound.sql.sqlite.errors import explained, unopened
from adapters.outbound.sql.sqlite.values import convert
from adapters.outbound.sql.upsert import insert

STEPS = 10_000
"""Instructions of SQLite between two looks at the clock."""


def sqlite_engine(path: Path) -> Engine:
    """One session: a file has one writer anyway."""
    return Engine(lambda deadline: SqliteSession(path, deadline), 1, f"sqlite:{shown(os.fspath(path))}")


class SqliteSession:
    """Commits are synced to the disk whatever the file's own settings say, and foreign keys are held."""

    def __init__(self, path: Path, deadline: float) -> None:
        self._path = path
        self._over = deadline
        self._aborted = False
        self._statements: dict[Shape, str] = {}
        self._fitter = Fitter(self._columns, spelled, convert)
        with self._opening():
            if not path.is_file():
                raise Failed("connect", f"there is no file {shown(os.fspath(path))}: the database must exist")
            self._file = _identity(path)
            self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
            self._connection.set_progress_handler(self._late, STEPS)
            self._connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
            self._wait(deadline)
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "schema_version"):
                self._run(f"PRAGMA {pragma}")

    def fit(self, job: Job) -> list[Line]:
        with self._explained():
            return self._fitter.fit(job)

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        self._wait(deadline)
        place = (-1, 0)
        try:
            with self._explained():
                self._run("BEGIN IMMEDIATE")
                for number, lines in enumerate(jobs):
                    for member, line in enumerate(lines):
                        place = number, member
                        self._run(self._statement(line.shape), line.values)
                place = (-1, 0)
                if self._late():
                    raise Failed("timeout", "the time was over before the end of the batch")
                self._run("COMMIT")
        except Refused as error:
            self._fitter.forget()
            raise blamed(error.reason, jobs, *place) from None
        finally:
            with contextlib.suppress(apsw.Error):
                if self._connection.in_transaction:
                    self._run("ROLLBACK")

    def alive(self) -> bool:
        """A file that was replaced or removed is not the one that was opened."""
        try:
            return _identity(self._path) == self._file
        except OSError:
            return False

    def abort(self) -> None:
        self._aborted = True

    def close(self) -> None:
        with contextlib.suppress(apsw.Error):
            self._connection.close(True)

    def _late(self) -> bool:
        return self._aborted or time.monotonic() >= self._over

    def _wait(self, deadline: float) -> None:
        """For the lock of another process: until the deadline."""
        self._over = deadline
        self._connection.set_busy_timeout(max(1, int((deadline - time.monotonic()) * 1000)))

    def _run(self, sql: str, values: Sequence[Any] = ()) -> None:
        for _ in self._connection.execute(sql, values):
            continue

    def _statement(self, shape: Shape) -> str:
        if shape not in self._statements:
            if len(self._statements) >= 1_000:
                self._statements.clear()
            if isinstance(shape.write, Upsert):
                self._statements[shape] = insert(shape, "(" + ", ".join("?" * len(shape.columns)) + ")")
            else:
                self._statements[shape] = shape.write.render(lambda number: f"?{number}")
        return self._statements[shape]

    def _columns(self, table: tuple[str, ...]) -> Columns | None:
        sql = "SELECT name, type FROM pragma_table_xinfo(?" + (", ?)" if len(table) > 1 else ")")
        found = list(self._connection.execute(sql, table[::-1]))
        return {str(name): str(type_) for name, type_ in found} or None

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise explained(error) from error

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            if hasattr(self, "_connection"):
                self.close()
            raise unopened(error, shown(os.fspath(self._path))) from error
        except OSError as error:
            raise Failed("connect", f"the database cannot be opened: {explain(error)}") from None


def blamed(reason: str, jobs: Sequence[list[Line]], number: int, member: int) -> Refused:
    """With the job, and the row of it, at which a batch ended; -1: none of them alone."""
    return Refused(reason) if number < 0 else Refused(of_member(reason, member, len(jobs[number])), number)


def spelled(columns: Columns, name: str) -> str | None:
    """Capitals make no difference to SQLite."""
    return next((one for one in columns if one.lower() == name.lower()), None)


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
