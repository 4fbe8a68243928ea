from __future__ import annotations

import pytest

from router.browse import MessageQuery
from router.ledger import End, Once
from tests.adapters.ledger.sql.stock import ERP, KNOWN, SHOP, Stock


def found(stock: Stock, **query: object) -> list[int]:
    return [view.seq for view in stock.ledger.find_messages(MessageQuery(**query), KNOWN)]  # type: ignore[arg-type]


def test_the_newest_come_first_over_all_pages(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ledger.sql.browse.PAGE", 2)
    seqs = [stock.put(ERP) for _ in range(5)]
    assert found(stock) == seqs[::-1]
    for seq in seqs[:3]:
        stock.fail(ERP, seq)
    assert found(stock, state="dead") == seqs[2::-1]
    assert found(stock, state="open") == seqs[:2:-1]


def test_by_route_time_and_business_key(stock: Stock) -> None:
    first = stock.put(ERP, keys=(("order", "1001"), ("customer", "C-1")))
    stock.clock.advance(60)
    second = stock.put(ERP, keys=(("order", "1002"), ("customer", "C-1")))
    other = stock.put("sales", route="sales")
    now = stock.clock.now()
    assert found(stock, keys=(("order", "1002"),)) == [second]
    assert found(stock, keys=(("customer", "C-1"),)) == [second, first]
    assert found(stock, keys=(("customer", "C-1"), ("order", "1001"))) == [first]
    assert found(stock, route="sales") == [other]
    assert found(stock, since=now) == [other, second]
    assert found(stock, until=now) == [first]


def test_each_state_is_found(stock: Stock) -> None:
    retry, done, held = stock.put(ERP), stock.put(ERP), stock.put(SHOP)
    stock.fail(ERP, retry, "retry")
    stock.deliver(ERP, done)
    stock.ledger.pause_target(SHOP, "ann", "")
    assert found(stock, state="retry") == [retry]
    assert found(stock, state="delivered") == [done]
    assert found(stock, state="held") == [held]
    assert found(stock, state="refused") == []


def test_a_view_says_attempts_and_errors_of_each_target(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP, keys=(("order", "1001"),))
    stock.deliver(ERP, seq)
    stock.fail(SHOP, seq, "retry", error="timeout", attempt=4, reason="no answer after 10 s")
    view = stock.ledger.message_view(stock.id(seq)[:30])
    assert view is not None
    assert view.keys == {"order": "1001"}
    assert [(t.id, t.state, t.attempts, t.error, t.reason) for t in view.targets] == [
        (ERP, "delivered", 1, None, ""), (SHOP, "retry", 4, "timeout", "no answer after 10 s"),
    ]  # fmt: skip
    stock.put(ERP)
    assert stock.ledger.message_view(stock.id(seq)[:4]) is None, "two begin so"


def test_the_receipt_is_the_answer(stock: Stock) -> None:
    seq = stock.put(ERP)
    assert stock.ledger.answer_of(seq, 0, ERP) is None
    stock.deliver(ERP, seq)
    answer = stock.ledger.answer_of(seq, 0, ERP)
    assert answer is not None
    assert (answer.ok, answer.status, answer.response, answer.duration) == (True, 201, b"thanks", 0.01)
    assert stock.ledger.tried_at(seq, 0) == [ERP]


def test_the_last_messages_of_a_route_are_its_own(stock: Stock) -> None:
    """What came under the key of another was never one."""
    idempotent = (Once("http:shop", "K", 3600, "dead", idempotency=True),)
    keyed = (Once("dedupe:orders", "K2", 3600, "dead"),)
    first = stock.put(ERP, once=idempotent, body=b"1")
    refused = stock.put("orders", end=End("refused", "validate", "invalid", "qty: not a number"))
    second = stock.put(ERP, once=keyed, body=b"2")
    for once in (idempotent, keyed):
        stock.put(ERP, once=once, body=b"other")
    stock.put(ERP, once=idempotent, body=b"1")
    stock.put(ERP, route="others")
    assert [stored.seq for stored in stock.ledger.recent("orders", 10)] == [second, refused, first]
