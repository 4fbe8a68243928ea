from __future__ import annotations

from tests.adapters.ledger.sql.stock import ERP, Stock


def test_a_paused_target_is_not_due_until_it_is_resumed(stock: Stock) -> None:
    stock.put(ERP)
    assert stock.ledger.pause_target(ERP, "ann", "stocktaking")
    assert stock.ledger.due() == []
    assert stock.ledger.paused_targets() == {ERP: "stocktaking"}
    stock.put(ERP)
    assert stock.ledger.due() == [], "new work makes no exception"
    assert stock.ledger.resume_target(ERP, "ann", "done")
    assert {target for target, _, _ in stock.ledger.due()} == {ERP}


def test_pausing_twice_says_so_and_each_change_is_in_the_audit(stock: Stock) -> None:
    assert stock.ledger.pause_target(ERP, "ann", "a")
    assert not stock.ledger.pause_target(ERP, "bob", "b")
    assert stock.ledger.resume_target(ERP, "bob", "c")
    assert not stock.ledger.resume_target(ERP, "bob", "d")
    rows = stock.ledger.db.read("SELECT actor, action, scope, reason FROM audit")
    assert rows == [("ann", "paused", ERP, "a"), ("bob", "resumed", ERP, "c")]


def test_a_route_that_is_paused_twice_and_resumed_has_a_line_in_the_audit_for_each_change(stock: Stock) -> None:
    assert stock.ledger.pause_route("orders", "ann", "a")
    assert not stock.ledger.pause_route("orders", "bob", "b")
    assert stock.ledger.resume_route("orders", "bob", "c")
    rows = stock.ledger.db.read("SELECT actor, action, scope, reason FROM audit")
    assert rows == [("ann", "paused", "orders", "a"), ("bob", "resumed", "orders", "c")]
