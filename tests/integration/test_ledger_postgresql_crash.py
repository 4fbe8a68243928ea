"""PostgreSQL is killed, all its processes at once, while messages are stored: whatever was said to be stored is there, once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.postgresql.ledger import PostgresqlLedger
from router.errors import LedgerError
from tests.adapters.waiting import until
from tests.contracts.ledger import arrival
from tests.integration.servers.postgresql import PostgreSQL

KILLS = 80 if os.environ.get("CROSSDOCK_FAULTS") == "long" else 20
"""In about one of thirty a transaction is lost whose number is given to another one afterwards."""
WRITERS = 8


@pytest.fixture
def address(postgresql: PostgreSQL, unique: str) -> Iterator[tuple[str, str]]:
    yield postgresql.url, unique
    postgresql.recover()
    postgresql.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")


class Writer:
    """Stores one message after the other, in a thread and by a connection of its own."""

    def __init__(self, address: tuple[str, str], folder: Path) -> None:
        self.ledger = PostgresqlLedger(address[0], folder, schema=address[1])
        self.stored: list[str] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.stop.is_set():
            one = arrival()
            try:
                self.ledger.accept([one])
            except LedgerError:
                continue
            self.stored.append(one.envelope.id)


def test_what_was_stored_is_there_once(address: tuple[str, str], postgresql: PostgreSQL, tmp_path: Path) -> None:
    writers = [Writer(address, tmp_path / str(n)) for n in range(WRITERS)]
    for _ in range(KILLS):
        goals = [len(writer.stored) + 20 for writer in writers]
        until(lambda goals=goals: all(len(w.stored) >= goal for w, goal in zip(writers, goals, strict=True)), 30)
        postgresql.kill()
        postgresql.start()
    for writer in writers:
        writer.stop.set()
    for writer in writers:
        writer.thread.join(30)
    ledger = writers[0].ledger
    there = dict(ledger.db.read("SELECT id, count(*) FROM message GROUP BY id"))
    told = [id for writer in writers for id in writer.stored]
    for writer in writers:
        writer.ledger.close()
    assert [id for id in told if id not in there] == []
    assert {id: n for id, n in there.items() if n > 1} == {}
