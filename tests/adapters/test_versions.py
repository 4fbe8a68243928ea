from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.versions import Served


def test_an_older_host_says_so_once_a_version(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs")
    first = ledger.store_version({"routes.yaml": b"a"}, "anna", "started")
    served = Served(ledger, first)
    with capture_logs() as logs:
        served.look()
        assert logs == []
        ledger.store_version({"routes.yaml": b"b"}, "ben", "started")
        served.look()
        served.look()
        ledger.store_version({"routes.yaml": b"c"}, "ben", "started")
        served.look()
    assert [(line["serves"], line["newest"]) for line in logs] == [(1, 2), (1, 3)]
    assert "version 2 was stored by ben elsewhere" in logs[0]["event"]
    ledger.close()


def test_no_version_is_that_of_a_new_ledger(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db", tmp_path / "blobs")
    assert ledger.newest_version() == (0, "", 0)
    ledger.close()
