from __future__ import annotations

import pytest

from router.browse import Selection
from router.ledger import Once
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock


def faults(stock: Stock) -> list[str]:
    return [fault.what for fault in stock.ledger.verify().faults]


def mixed(stock: Stock) -> None:
    """Something of everything."""
    done, dead, before, again = (stock.put(ERP, SHOP) for _ in range(4))
    for target in (ERP, SHOP):
        stock.deliver(target, done)
    stock.fail(ERP, dead)
    stock.deliver(SHOP, dead)
    stock.fail(ERP, before, stage="decode")
    stock.fail(ERP, again, "dead")
    stock.run(Selection(ids=(f"{stock.id(again)}:erp",)))
    once = (Once("dedupe:orders", "1", 60),)
    stock.put(ERP, once=once)
    stock.put(ERP, once=once)
    split = stock.split(7, "sales.lake")
    for record in (1, 3, 4):
        stock.deliver("sales.lake", split, record)
    stock.fail("sales.lake", split, record=2)
    stock.fail("sales.lake", split, record=6, stage="decode")
    stock.settle("sales.lake", split, 7, rule="filter: no")


def test_everything_that_came_in_adds_up(stock: Stock) -> None:
    mixed(stock)
    proof = stock.ledger.verify()
    assert proof.faults == ()
    accounts = {(a.kind, a.name): (a.accepted, dict(a.counts)) for a in proof.accounts}
    assert accounts["route", "orders"] == (6, {"delivered": 1, "dead": 2, "retry": 1, "open": 1, "duplicate": 1})
    assert accounts["route", "sales"] == (1, {"dead": 1})
    assert accounts["target", ERP] == (4, {"delivered": 1, "dead": 1, "retry": 1, "open": 1})
    day = {"delivered": 3, "dead": 2, "filtered": 1, "open": 1}
    assert accounts["file", "sales.lake day.csv"] == (7, day)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM parked WHERE state='dead' AND record=0 AND target='orders.erp'",
         "1 units count as delivered at orders.erp, 0 have a receipt"),
        ("DELETE FROM attempt WHERE kind=3 AND target='orders.shop'",
         "1 units count as delivered at orders.shop, 0 have a receipt"),
        ("DELETE FROM fate WHERE state='duplicate'", "it is neither open nor ended anywhere: it is lost"),
        ("DELETE FROM message WHERE file IS NOT NULL", "1 messages were accepted, 0 are there"),
        ("UPDATE work SET rest='' WHERE target='sales.lake' AND rest<>''", "it is open with 0 open units"),
        ("DELETE FROM work WHERE chunk=1", "records 4-5 are neither open nor ended: they are lost"),
        ("UPDATE chunk SET records=2 WHERE n=0", "chunk 1 begins with record 4, not 3"),
        ("UPDATE work SET ok=ok+1 WHERE target='orders.shop' AND ok=0",
         "1 done + 0 with a row of their own + 1 open is not 1"),
    ],
)  # fmt: skip
def test_whatever_is_lost_is_found(stock: Stock, damage: str, fault: str) -> None:
    mixed(stock)
    with stock.ledger.db.write() as run:
        run(damage)
    assert fault in faults(stock)


def test_a_body_that_is_gone_is_found(stock: Stock) -> None:
    seq = stock.put(ERP)
    with stock.ledger.db.write() as run:
        run("UPDATE message SET blob='2026-01-01/x' WHERE seq=?", (seq,))
    assert len(faults(stock)) == 1
    assert "cannot be read: No such file or directory" in faults(stock)[0]
