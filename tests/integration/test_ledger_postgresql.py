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

    def test_a_batch_is_read_in_its_order_however_its_rows_lie(self, ledger: PostgresqlLedger) -> None:
        first, *_ = self.put(ledger, 3)
        with ledger.db.write() as run:
            run("UPDATE message SET source=source || ' ' WHERE seq=?", (first,))  # its row lies behind the others now
        batch = ledger.stored(first >> 16, [0, 1, 2])
        assert [stored.seq & 0xFFFF for stored in batch] == [0, 1, 2]

    def test_a_proof_is_of_one_moment(self, ledger: PostgresqlLedger) -> None:
        self.put(ledger)
        with ledger.db.snapshot():
            before = ledger.db.read("SELECT count(*) FROM message")
            self.put(ledger)
            assert ledger.db.read("SELECT count(*) FROM message") == before
        assert ledger.db.read("SELECT count(*) FROM message") == [(2,)]

    def advance(self, ledger: Ledger, seconds: float) -> None:
        self.clock.advance(seconds)
