"""The PostgreSQL ledger keeps every rule that the others keep, on a real server."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.ledger.memory import FakeClock
from adapters.ledger.postgresql.bodies import AT_ONCE, CHUNK
from adapters.ledger.postgresql.ledger import PostgresqlLedger
from adapters.ledger.postgresql.stuck import PATIENCE
from router.ledger import Arrival, Ledger
from router.message import Envelope, new_id
from tests.adapters.waiting import until
from tests.contracts.ledger import LedgerContract
from tests.integration.servers.postgresql import PostgreSQL

ROOT = Path(__file__).parents[2]


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

    @pytest.mark.parametrize("size", [1, CHUNK * AT_ONCE, CHUNK * (2 * AT_ONCE + 3) + 5])
    def test_a_large_body_is_fetched_whole_by_who_has_no_copy(self, ledger: PostgresqlLedger, size: int) -> None:
        body = random.Random(size).randbytes(size)
        path = self.put_large(ledger, body)
        assert path.read_bytes() == body
        assert ledger.blob_bytes() == size
        assert ledger.verify().faults == ()

    def test_a_large_body_that_is_not_whole_is_no_body(self, ledger: PostgresqlLedger) -> None:
        self.put_large(ledger, bytes(3 * CHUNK)).unlink()
        with ledger.db.write() as run:
            run("DELETE FROM body WHERE n=1")
        with pytest.raises(OSError, match=f"has {CHUNK} of its {3 * CHUNK} bytes"):
            self.fetched(ledger)
        assert [fault.what for fault in ledger.verify().faults if f"{3 * CHUNK} were stored" in fault.what]

    def put_large(self, ledger: PostgresqlLedger, body: bytes) -> Path:
        """Its copy, as another host would have it."""
        self.id = new_id()
        writer = ledger.blob(self.id)
        writer.write(body)
        size, sha = writer.finish()
        envelope = Envelope(self.id, "orders", "/", datetime.now(UTC), blob=writer.path, size=size)
        ledger.accept([Arrival(envelope, 1, (("orders.erp", 4),), sha)])
        writer.discard()
        return self.fetched(ledger)

    def fetched(self, ledger: PostgresqlLedger) -> Path:
        envelope = ledger.kept(self.id)
        assert envelope is not None
        assert envelope.blob is not None
        return envelope.blob

    def advance(self, ledger: Ledger, seconds: float) -> None:
        self.clock.advance(seconds)

    def jump(self, ledger: Ledger, seconds: float) -> None:
        self.clock.jump(seconds)


def test_a_process_that_stands_still_in_a_transaction_holds_up_nobody(
    tmp_path: Path, postgresql_server: PostgreSQL, unique: str
) -> None:
    """SIGSTOP inside of a pipeline: its session counts as active, and no timeout of the server ends it."""
    ledger = PostgresqlLedger(postgresql_server.url, tmp_path / "blobs", schema=unique)
    ledger.ensure({"orders.erp": 1})
    code = (
        "import sys, pathlib, time\n"
        "from adapters.ledger.postgresql.connection import Database\n"
        "db = Database(sys.argv[1], sys.argv[2])\n"
        "with db.write() as run:\n"
        "    run('UPDATE lane SET epoch = epoch + 1 RETURNING epoch').fetchall()\n"
        "    print('in', flush=True)\n"
        "    time.sleep(600)\n"
    )
    words = [sys.executable, "-c", code, postgresql_server.url, unique]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as frozen:
        assert frozen.stdout is not None
        assert frozen.stdout.readline() == "in\n"
        frozen.send_signal(signal.SIGSTOP)
        try:
            with capture_logs() as logs:
                until(lambda: ledger.take_ticker("me/1/1") and ledger.stuck.look() == 0 and bool(logs), PATIENCE + 15)
            assert [line["action"] for line in logs] == ["ledger_freed"]
            with ledger.db.write() as run:
                run("UPDATE lane SET epoch = 7")
        finally:
            frozen.kill()
    ledger.close()
    postgresql_server.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")
