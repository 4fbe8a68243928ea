"""The PostgreSQL ledger keeps every rule that the others keep, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.memory import FakeClock
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from router.ledger import Ledger
from tests.contracts.ledger import LedgerContract
from tests.integration.servers.postgresql import PostgreSQL


class TestPostgresqlLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path, postgresql_server: PostgreSQL, unique: str) -> Iterator[Ledger]:
        self.clock = FakeClock()
        ledger = PostgresqlLedger(postgresql_server.url, tmp_path / "blobs", self.clock, unique)
        yield ledger
        ledger.close()
        postgresql_server.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")

    def advance(self, ledger: Ledger, seconds: float) -> None:
        self.clock.advance(seconds)
