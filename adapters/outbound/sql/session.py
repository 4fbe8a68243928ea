"""What a database must offer a target, and how a write may fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.outbound.sql.statement import Statement

Row = Mapping[str, Any]
"""Values by column, or by parameter of a statement."""


@dataclass(frozen=True, slots=True)
class Upsert:
    """Into which table rows go. `keys` are the columns that make two rows the same; `id_column` is one of them where the
    delivery id is what tells them apart: then a row that is there is left alone."""

    table: tuple[str, ...]
    keys: tuple[str, ...]
    id_column: str = ""

    @property
    def name(self) -> str:
        return ".".join(self.table)


Write = Upsert | Statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One row before a database has seen it; `id` is its delivery id."""

    write: Write
    row: Row
    id: str


Job = tuple[Entry, ...]
"""What one parcel writes, whole or not at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row, ready: `shape` is the kind of statement that it takes, `values` its values as the driver takes them."""

    shape: Shape
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What rows of the same columns have in common. Names are those of the database; `types` as it says them."""

    write: Write
    columns: tuple[str, ...]
    types: tuple[str, ...]
    keys: tuple[int, ...] = ()
    """Where the columns of the key stand."""


class Refused(Exception):
    """The database does not take this. `at` is the job that is wrong, where that is known."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.at = reason, at


def of_member(reason: str, number: int, count: int) -> str:
    """What is wrong with a row, and which member of an array it is, counted from 0."""
    return reason if count == 1 else f"member {number} of the array: {reason}"


class Failed(Exception):
    """The database cannot be reached, or not work now: `error` is a class of `retry.errors`. `answered`: it works, and
    something in it is not ready."""

    def __init__(self, error: str, reason: str, answered: bool = False) -> None:
        super().__init__(reason)
        self.error, self.reason, self.answered = error, reason, answered


class Session(Protocol):
    """One connection, used by one thread at a time. Times are those of `time.monotonic`."""

    def fit(self, job: Job) -> list[Line]:
        """The rows of a job as the database takes them. Raises Refused, or Failed."""

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        """All rows in one transaction, which is committed when this returns. Raises Refused where nothing was written
        since a row is wrong; Failed where the outcome is unknown or nothing could be done: the session is over then."""

    def alive(self) -> bool:
        """Whether the other side is still there, as far as that can be told without asking it."""

    def abort(self) -> None:
        """From another thread: what runs ends soon, and badly."""

    def close(self) -> None:
        """Never raises."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How sessions of a connection are opened: `open(deadline)` raises Failed; at most `most` at once; `shown` is its
    address without user and password."""

    open: Callable[[float], Session]
    most: int
    shown: str
