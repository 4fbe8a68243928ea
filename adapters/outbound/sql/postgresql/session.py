"""One connection to a server of PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Mapping, Sequence

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from adapters.certificates import missing
from adapters.outbound.sql.fitting import Columns, Fitter
from adapters.outbound.sql.names import quoted
from adapters.outbound.sql.postgresql.chunks import Chunk, chunks
from adapters.outbound.sql.postgresql.culprit import too_long
from adapters.outbound.sql.postgresql.errors import AGAIN, explained, parameter_of, unopened
from adapters.outbound.sql.postgresql.values import convert
from adapters.outbound.sql.session import Failed, Job, Line, Refused, of_member

TRIES = 3
"""Of a transaction that another one was in the way of."""
LENGTHS = frozenset({"22001", "22003"})
"""A value is too long, and the server does not say which."""
OVER = "the time was over before the end of the batch"
QUICK = 0.05
"""Of the time that is left."""
COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


class PostgresqlSession:
    """Every transaction has its time limits with it, so that the server ends what nobody waits for any more."""

    def __init__(self, url: str, deadline: float, files: Mapping[str, str]) -> None:
        left = max(1, round(deadline - time.monotonic()))
        try:
            self._connection: psycopg.Connection[TupleRow] = psycopg.connect(
                make_conninfo(url, **files), autocommit=True, prepare_threshold=None, connect_timeout=left,
                client_encoding="utf8", fallback_application_name="crossdock",
            )  # fmt: skip
        except psycopg.ProgrammingError:
            raise Failed("connect", "the url of the connection cannot be read: encode @ : / and % in its parts") from None
        except psycopg.Error as error:
            raise unopened(error, missing(files)) from None
        # A socket of its own for the same connection: the driver's may be closed, and its number taken, at any time.
        self._wire = socket.socket(fileno=os.dup(self._connection.pgconn.socket))
        self._cursor = psycopg.RawCursor(self._connection)
        self._fitter = Fitter(self._columns, spelled, convert)
        self._limit: int | None = None

    def fit(self, job: Job) -> list[Line]:
        try:
            return self._fitter.fit(job)
        except psycopg.Error as error:
            raise explained(error) from error

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        made = list(chunks(jobs))
        for left in reversed(range(TRIES)):
            try:
                self._begin(deadline)
                self._execute(made, deadline)
                return self._commit(deadline)
            except psycopg.Error as error:
                self._fitter.forget()
                self._roll_back()
                if left and error.sqlstate in AGAIN and time.monotonic() < deadline:
                    continue
                raise self._wrong(error, made, jobs, deadline) from error

    def alive(self) -> bool:
        """What an idle connection has to say is that it is over."""
        readable, _, _ = select.select([self._wire], [], [], 0)
        return not readable and not self._connection.closed

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()
        self._wire.close()

    def _begin(self, deadline: float) -> None:
        left = left_of(deadline)
        self._connection.execute(
            f"BEGIN; {self._limited(deadline)}; SET LOCAL TimeZone = 'UTC';"
            f" SET LOCAL idle_in_transaction_session_timeout = {left}"
        )

    def _limited(self, deadline: float) -> str:
        """The server ends a statement that lasts longer than we wait."""
        left = left_of(deadline)
        return f"SET LOCAL statement_timeout = {min(left, self._own_limit() or left)}"

    def _execute(self, made: Sequence[Chunk], deadline: float) -> None:
        if len(made) == 1:
            self._cursor.execute(made[0].sql, made[0].parameters)
            return
        done, together, took = 0, 1, 0.0
        while done < len(made):
            begun = time.monotonic()
            if begun + took >= deadline:  # the next ones would not end in time either
                self._roll_back()
                raise Failed("timeout", OVER)
            with self._connection.pipeline():
                for chunk in made[done : done + together]:
                    self._cursor.execute(chunk.sql, chunk.parameters)
            done += together
            # The server's limit is of one statement: many go at once only where they are quick.
            took = time.monotonic() - begun
            if took < QUICK * (deadline - begun):
                together, took = together * 4, took * 4

    def _commit(self, deadline: float) -> None:
        if time.monotonic() >= deadline:
            self._roll_back()
            raise Failed("timeout", OVER)
        # What is deferred to the commit is done before it: the server's limit of a statement does not hold within one.
        cursor = self._connection.execute(f"{self._limited(deadline)}; SET CONSTRAINTS ALL IMMEDIATE; COMMIT")
        while cursor.nextset():
            continue
        done = cursor.statusmessage
        if done != "COMMIT":
            raise Failed("io", f"the server answered COMMIT with {done}: nothing was written")

    def _roll_back(self) -> None:
        with contextlib.suppress(psycopg.Error):
            if not self._connection.closed:
                self._connection.execute("ROLLBACK")

    def _wrong(
        self, error: psycopg.Error, made: Sequence[Chunk], jobs: Sequence[list[Line]], deadline: float
    ) -> Refused | Failed:
        """With the job, its row and the column that are to blame, as far as they can be known."""
        found = explained(error)
        if isinstance(found, Failed):
            return found
        parameter = parameter_of(error)
        if parameter is not None and len(made) == 1:
            at, line, column = made[0].owner(parameter)
            return Refused(of_member(f"{column}: {found.reason}", jobs[at].index(line), len(jobs[at])), at)
        if len(jobs) > 1:
            return found
        if len(jobs[0]) > 1:
            return self._member(jobs[0], deadline) or found
        column = too_long(jobs[0][0]) if error.sqlstate in LENGTHS else ""
        return Refused(f"{column}: {found.reason}") if column else found

    def _member(self, lines: list[Line], deadline: float) -> Refused | Failed | None:
        """Which row of an array it is: they are tried one by one, and none of them is kept."""
        good = 0
        try:
            self._begin(deadline)
            for line in lines:
                self._execute(list(chunks([[line]])), deadline)
                good += 1
        except psycopg.Error as error:
            self._roll_back()
            alone = [[lines[good]]]
            found = self._wrong(error, list(chunks(alone)), alone, deadline)
            return Refused(of_member(found.reason, good, len(lines))) if isinstance(found, Refused) else found
        self._roll_back()
        return None

    def _own_limit(self) -> int:
        """The `statement_timeout` that the server's owner gave this user, in ms, 0 for none: it is not exceeded."""
        if self._limit is None:
            found = self._cursor.execute("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'").fetchone()
            self._limit = int(found[0]) if found else 0
        return self._limit

    def _columns(self, table: tuple[str, ...]) -> Columns | None:
        rows = self._cursor.execute(COLUMNS, (quoted(*table),)).fetchall()
        return {str(name): str(type_) for name, type_ in rows} or None


def left_of(deadline: float) -> int:
    """In milliseconds."""
    return max(1, int((deadline - time.monotonic()) * 1000))


def spelled(columns: Columns, name: str) -> str | None:
    """Without quotes PostgreSQL reads a name in small letters."""
    return name.lower() if name.lower() in columns else None
