"""What operators do with a ledger, on PostgreSQL: the tests of the shared statements once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ledger.postgresql.ledger import PostgresqlLedger
from tests.adapters.ledger.sql import (
    test_browse,
    test_counts,
    test_deadletters,
    test_ends,
    test_jobs,
    test_pauses,
    test_prune,
    test_requeue,
    test_trace,
    test_verify,
)
from tests.adapters.ledger.sql.stock import Stock
from tests.integration.servers.postgresql import PostgreSQL

OF_FILES = {"test_blobs_go_with_their_messages_and_orphans_alone"}
"""On PostgreSQL files are copies of what is in the database."""

for module in (
    test_browse, test_counts, test_deadletters, test_ends, test_jobs, test_pauses, test_prune, test_requeue, test_trace,
    test_verify,
):  # fmt: skip
    room = module.__name__.rpartition(".")[2]
    for name, found in vars(module).items():
        if name.startswith("test_") and callable(found) and name not in OF_FILES:
            globals()[f"{room}__{name}"] = found


@pytest.fixture
def stock(tmp_path: Path, postgresql_server: PostgreSQL, unique: str) -> Iterator[Stock]:
    url = postgresql_server.url
    found = Stock(tmp_path, lambda clock: PostgresqlLedger(url, tmp_path / "blobs", clock, unique))
    yield found
    found.ledger.close()
    postgresql_server.sql(f"DROP SCHEMA {unique} CASCADE", "crossdock")
