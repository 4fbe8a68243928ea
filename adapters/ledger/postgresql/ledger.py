"""The PostgreSQL ledger: the same statements as everywhere, on a database that many hosts share."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from adapters.ledger.postgresql import rights
from adapters.ledger.postgresql.bodies import Bodies
from adapters.ledger.postgresql.connection import SCHEMA, Database
from adapters.ledger.postgresql.days import Days
from adapters.ledger.postgresql.errors import Interrupted
from adapters.ledger.postgresql.marks import FORGET, OLD_MS
from adapters.ledger.postgresql.migration import migrate, refuse_other, schema_of
from adapters.ledger.postgresql.stuck import Stuck
from adapters.ledger.sql.database import Clock
from adapters.ledger.sql.ledger import SqlLedger
from router.browse import Pruned
from router.errors import LedgerError
from router.route import Keep

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds in which a transaction that others interrupted is tried again."""
LONGEST_LEASE_MS = 600_000
AGAIN = (
    "accept", "file_moved", "file_relocated", "ensure", "claim", "renew", "release", "release_dead", "check_due", "crashed",
    "take_ticker", "settle", "choose", "reopen", "late", "again", "gather", "dissolve", "take_probe", "drop_probe",
    "store_version", "revise", "create_job", "create_replay", "run_items", "cancel_job", "pause_target", "resume_target",
    "pause_route", "resume_route", "reset_target", "close_intake", "prune_step",
    "refuse_reader",
)  # fmt: skip
"""What writes. Each is one transaction, or several of which each stands by itself; one that was interrupted was rolled back
as a whole."""


def tried_again(method: Callable[..., T]) -> Callable[..., T]:
    @functools.wraps(method)
    def trying(self: Any, *args: Any, **more: Any) -> T:
        deadline = time.monotonic() + PATIENCE
        pause = 0.01
        while True:
            try:
                return method(self, *args, **more)
            except Interrupted:
                if time.monotonic() > deadline or self.db.absence.seconds > PATIENCE:
                    raise
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    return trying


class PostgresqlLedger(SqlLedger):
    """`blobs`: a folder of this host for large bodies at hand. Makes the schema where there is none yet. Raises
    LedgerRefused for one that is older or newer than this program."""

    def __init__(self, url: str, blobs: Path, clock: Clock | None = None, schema: str = SCHEMA) -> None:
        self.db: Database = Database(url, schema, clock)
        self.blobs: Bodies = Bodies(blobs, self.db)
        self.days = Days(self.db)
        self.stuck = Stuck(self.db)
        number = schema_of(self.db)
        refuse_other(number)
        if number == 0:
            migrate(self.db)

    def take_ticker(self, owner: str) -> bool:
        self.stuck.look()
        mine = super().take_ticker(owner)
        if mine:
            self.days.look()
        return mine

    def check_due(self) -> int:
        """A lease that ends too far ahead is of a server whose clock was set back: it would hold its lane till then."""
        far = self.db.clock.steady() + LONGEST_LEASE_MS
        if self.db.read("SELECT 1 FROM lane WHERE lease_until>? LIMIT 1", (far,)):
            with self.db.write() as run:
                run("UPDATE lane SET lease_until=0 WHERE lease_until>?", (far,))
        return super().check_due()

    def prune_step(self, keep: Keep) -> Pruned:
        with self.db.write() as run:
            run(FORGET, (self.db.clock.now() - OLD_MS,))
        gone = self.days.drop(self.db.clock.now() - int(keep.messages * 1000))
        return super().prune_step(keep) + Pruned(gone)

    def refuse_reader(self) -> None:
        rights.refuse_reader(self.db)

    def writable(self) -> bool:
        try:
            with self.db.write() as run:
                run("UPDATE ticker SET until=until WHERE id=1")
        except LedgerError:
            return False
        return True

    def close(self) -> None:
        self.db.close()


for name in AGAIN:
    setattr(PostgresqlLedger, name, tried_again(getattr(PostgresqlLedger, name)))
