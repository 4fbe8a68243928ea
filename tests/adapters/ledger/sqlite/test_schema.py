"""A ledger of an earlier version is brought forward when it is opened, with all that is in it."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.ledger.sqlite.schema import MIGRATIONS
from router.errors import LedgerError
from tests.contracts.ledger import arrival


def written(path: Path, version: int) -> None:
    """An empty ledger as that version made it."""
    connection = apsw.Connection(str(path))
    for script in MIGRATIONS[:version]:
        connection.execute(script).fetchall()
    connection.execute(f"PRAGMA user_version={version}").fetchall()
    connection.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_every_version_becomes_the_present_one(tmp_path: Path, version: int) -> None:
    written(tmp_path / "old.db", version)
    old, new = SqliteLedger(tmp_path / "old.db", tmp_path / "b"), SqliteLedger(tmp_path / "new.db", tmp_path / "b")
    columns = "SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p ORDER BY m.name, p.cid"
    assert old.db.read(columns) == new.db.read(columns)
    assert old.db.schema == len(MIGRATIONS)
    [receipt] = old.accept([arrival()])
    assert receipt.state == "accepted"
    old.close()
    new.close()


def test_a_ledger_from_the_future_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "ledger.db", len(MIGRATIONS))
    connection = apsw.Connection(str(tmp_path / "ledger.db"))
    connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}").fetchall()
    connection.close()
    with pytest.raises(LedgerError, match="install the newer one"):
        SqliteLedger(tmp_path / "ledger.db", tmp_path / "b")
