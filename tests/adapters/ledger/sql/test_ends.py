"""Each way in which a message can stand, alone and beside others."""

from __future__ import annotations

import pytest

from router.browse import Selection
from router.ledger import End, Once
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock


def test_a_message_is_open_until_every_target_has_it(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    assert stock.state(seq) == "open"
    stock.deliver(ERP, seq)
    assert stock.state(seq) == "open"
    stock.deliver(SHOP, seq)
    assert stock.state(seq) == "delivered"
    assert stock.count() == {"accepted": 1, "delivered": 1}


@pytest.mark.parametrize(("parked", "state"), [("retry", "retry"), ("blocked", "retry"), ("dead", "dead")])
def test_the_worst_target_says_the_state(stock: Stock, parked: str, state: str) -> None:
    seq = stock.put(ERP, SHOP)
    stock.deliver(ERP, seq)
    stock.fail(SHOP, seq, parked)
    assert stock.state(seq) == state
    assert stock.count() == {"accepted": 1, state: 1}


def test_dead_is_worse_than_held_and_held_than_retry(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.fail(ERP, seq, "retry")
    stock.ledger.pause_target(SHOP, "ann", "stocktaking")
    assert stock.state(seq) == "held"
    assert stock.count() == {"accepted": 1, "held": 1}
    stock.ledger.resume_target(SHOP, "ann", "")
    assert stock.state(seq) == "retry"


def test_work_of_a_target_that_is_gone_is_held(stock: Stock) -> None:
    seq = stock.put("orders.old")
    assert stock.state(seq) == "held"
    view = stock.ledger.message_view(stock.id(seq))
    assert view is not None
    assert view.state == "open", "without a current version nothing is known to be gone"


def test_a_message_filtered_at_one_target_is_delivered_at_the_other(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.settle(ERP, seq, rule="filter: body.b2b")
    stock.deliver(SHOP, seq)
    assert stock.count() == {"accepted": 1, "delivered": 1}
    view = stock.ledger.message_view(stock.id(seq))
    assert view is not None
    assert {t.id: t.state for t in view.targets} == {ERP: "filtered", SHOP: "delivered"}


def test_a_message_filtered_at_its_only_target_is_filtered(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.settle(ERP, seq, rule="filter: body.b2b")
    assert stock.state(seq) == "filtered"
    assert stock.count() == {"accepted": 1, "filtered": 1}


def test_a_refused_one_and_a_duplicate_are_counted_as_such(stock: Stock) -> None:
    refused = stock.put(ERP, end=End("refused", "validate", "invalid", "qty is no number"))
    once = (Once("dedupe:orders", "1001", 60),)
    stock.put(ERP, once=once)
    stock.put(ERP, once=once)
    assert stock.count() == {"accepted": 3, "refused": 1, "open": 1, "duplicate": 1}
    assert stock.state(refused) == "refused"


def test_what_died_before_any_target_is_ended_at_all_of_them(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.fail(ERP, seq, stage="decode", error="undecodable")
    assert stock.count() == {"accepted": 1, "dead": 1}
    view = stock.ledger.message_view(stock.id(seq))
    assert view is not None
    assert (view.state, view.targets, view.reason) == ("dead", (), "HTTP 503")


def test_a_discarded_one_counts_as_delivered_where_another_target_has_it(stock: Stock) -> None:
    alone, both = stock.put(ERP), stock.put(ERP, SHOP)
    stock.fail(ERP, alone)
    stock.fail(ERP, both)
    stock.deliver(SHOP, both)
    stock.run(Selection(route="orders"), "discard")
    assert stock.state(alone) == "discarded"
    assert stock.state(both) == "delivered"
    assert stock.count() == {"accepted": 2, "discarded": 1, "delivered": 1}


def test_records_are_counted_at_their_target(stock: Stock) -> None:
    seq = stock.split(7, "sales.lake")
    for record in (1, 2, 4):
        stock.deliver("sales.lake", seq, record)
    stock.fail("sales.lake", seq, "retry", 3)
    stock.fail("sales.lake", seq, "dead", 5, stage="decode")
    stock.settle("sales.lake", seq, 6, rule="filter: body.qty")
    view = stock.ledger.message_view(stock.id(seq))
    assert view is not None
    assert (view.state, view.records) == ("dead", 7)
    assert view.targets[0].units == {"delivered": 3, "retry": 1, "filtered": 1, "open": 1}


def test_a_message_whose_every_record_was_filtered_is_filtered(stock: Stock) -> None:
    seq = stock.split(2, "sales.lake")
    stock.settle("sales.lake", seq, 1, rule="filter: no")
    assert stock.count() == {"accepted": 1, "open": 1}
    stock.settle("sales.lake", seq, 2, rule="filter: no")
    assert stock.state(seq) == "filtered"
    assert stock.count() == {"accepted": 1, "filtered": 1}
