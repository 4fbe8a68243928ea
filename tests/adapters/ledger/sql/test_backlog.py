from __future__ import annotations

import os

from adapters.ledger.sql.backlog import OPEN_WORK
from router.limits import Backlog
from tests.adapters.ledger.sql.stock import ERP, Stock


def test_the_records_of_a_chunk_are_one_row_and_each_a_delivery(stock: Stock) -> None:
    stock.put(ERP)
    stock.split(7, "sales.lake")
    assert stock.ledger.backlog() == [Backlog(ERP, 1, 1), Backlog("sales.lake", 3, 7)]


def test_all_that_is_open_is_counted_without_reading_its_rows(stock: Stock) -> None:
    [(*_, plan)] = stock.ledger.db.read(f"EXPLAIN QUERY PLAN {OPEN_WORK}")
    assert plan == "SCAN work USING COVERING INDEX work_backlog"


def test_a_day_whose_blobs_stand_still_is_not_measured_again(stock: Stock) -> None:
    blob = stock.ledger.blob("first")
    blob.write(b"x" * 1000)
    blob.finish()
    blob.close()
    for path in (blob.path, blob.path.parent):
        os.utime(path, (1, 1))
    assert stock.ledger.blob_bytes() == 1000
    with blob.path.open("ab") as more:  # what nobody does: it shows that nobody looks
        more.write(b"x")
    assert stock.ledger.blob_bytes() == 1000
    (blob.path.parent / "second").write_bytes(b"xx")
    assert stock.ledger.blob_bytes() == 1003
    assert (os.unlink(blob.path), stock.ledger.blob_bytes()) == (None, 2)
