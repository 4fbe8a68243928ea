"""What an engine gives to the ledger's statements: transactions, reads, and a clock.

Statements are written once for all engines: `?` for a value, names that are reserved words somewhere in double quotes,
`coalesce`, `ON CONFLICT (…)` with its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from adapters.ledger.sql.delay import Delay

Run = Callable[..., Any]
"""`run(statement, values)` inside a transaction: a cursor with `fetchone`, `fetchall`, `get` (the first value of the
first row, or None), iteration."""


class Clock(Protocol):
    """Wall time in epoch milliseconds, and a clock that only runs forward, for leases, with the boot it belongs to."""

    boot: str

    def now(self) -> int: ...

    def steady(self) -> int: ...


class Database(Protocol):
    """One process's door to an engine."""

    clock: Clock
    delay: Delay
    for_update: str
    """At the end of a SELECT inside `write`: its rows wait for no other writer until the end. '' where writers are one at
    a time anyway."""
    skip_locked: str
    """The same, without the rows that somebody else holds."""

    def write(self) -> AbstractContextManager[Run]:
        """One write transaction: committed and synced at the end, rolled back on any error. Raises LedgerError."""

    def next_batch(self, run: Run) -> int:
        """The next number of a sequence without cache. Never a clock: numbers follow the order of their taking."""

    def guard(self, run: Run, names: Iterable[str]) -> None:
        """Inside `write`: whoever guards one of the same names waits until the end of this transaction."""

    def lock_lanes(self, run: Run, targets: Iterable[str]) -> None:
        """Inside `write`, before anything else is read there: no outcome of these targets is committed meanwhile."""

    shared: bool
    """Whether processes of other hosts may be behind the same door."""

    def turn(self, name: str) -> bool:
        """Takes a lock that lasts as long as this process and its connection; False where somebody else has it. Asked
        again, the same holds, or is found out."""

    def load(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Inside `write`: many new rows, the fastest way there is."""

    def many(self, sql: str, rows: Any) -> None:
        """Inside `write`: one statement for many rows."""

    def changes(self) -> int:
        """Inside `write`: how many rows the last statement wrote."""

    def snapshot(self) -> AbstractContextManager[None]:
        """What this thread reads inside is all of one moment. For proofs; it holds up nobody, but should end."""

    def read(self, sql: str, bindings: Any = ()) -> list[Any]:
        """All rows at once."""
