"""Everything that may happen to a ledger, in any order, on a real PostgreSQL (tests/faults/property/machine.py)."""

from __future__ import annotations

import itertools
from pathlib import Path

from adapters.ledger.postgresql.ledger import PostgresqlLedger
from tests.faults.property.bench import MemoryBench, WholeLedger
from tests.faults.property.play import LONG, play
from tests.integration.servers.postgresql import PostgreSQL

GAMES = (4, 60)
"""Short and long."""


def test_the_postgresql_ledger_stands_as_the_books_say_whatever_happens(
    postgresql_server: PostgreSQL, unique: str
) -> None:
    numbers = itertools.count()

    class PostgresqlBench(MemoryBench):
        """Each game in a schema of its own."""

        def _made(self, folder: Path) -> WholeLedger:
            self.schema = f"{unique}_{next(numbers)}"
            return PostgresqlLedger(postgresql_server.url, folder / "blobs", self.clock, self.schema)

        def close(self) -> None:
            super().close()
            postgresql_server.sql(f"DROP SCHEMA {self.schema} CASCADE", "crossdock")

    play(PostgresqlBench, GAMES[LONG])
