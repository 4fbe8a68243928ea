from __future__ import annotations

from adapters.ledger.sql.trace import shortened
from router.browse import Selection
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock


def test_the_life_of_a_message_is_told_in_order(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP, keys=(("order", "1001"),))
    stock.clock.advance(1)
    stock.deliver(ERP, seq)
    stock.clock.advance(1)
    stock.fail(SHOP, seq, error="400", status=400, reason="HTTP 400: no such sku")
    stock.clock.advance(1)
    letter = stock.ledger.dead_letter(f"{stock.id(seq)}:shop")
    assert letter is not None
    stock.ledger.revise(letter, "raw", b'{"sku": 1}', "ann", "typo")
    stock.run(Selection(ids=(letter.id,)))
    life = stock.ledger.life(seq)
    assert [e.at for e in life] == sorted(e.at for e in life)
    told = [(e.what, e.text) for e in life]
    assert told[0] == ("received", "2 bytes by /orders for route orders")
    assert told[1][1].endswith("config version 1, keys order=1001")
    words = [what for what, _ in told]
    assert words.count("work") == 2
    assert words.index("delivered") < words.index("revision") < words.index("audit")
    assert ("audit", f"{letter.id} edited by ann: typo") in told
    assert ("audit", f"{letter.id} requeued by ann: fixed; it was dead at stage send: {letter.reason}") in told
    delivered = next(e for e in life if e.what == "delivered")
    assert delivered.data["response"] == "thanks"
    retry = next(e for e in life if e.what == "retry")
    assert "HTTP 400: no such sku" in retry.text


def test_a_split_message_tells_its_chunks_and_records(stock: Stock) -> None:
    seq = stock.split(4, "sales.lake")
    stock.settle("sales.lake", seq, 2, rule="filter: body.qty != 0")
    stock.fail("sales.lake", seq, record=3)
    texts = [event.text for event in stock.ledger.life(seq)]
    assert "chunk 1: records 4-4, 100 bytes from 100" in texts
    assert "4 records in 2 chunks" in texts
    assert "1 records (2) filtered at sales.lake: filter: body.qty != 0" in texts
    assert f"{stock.id(seq)}:lake:3 dead at stage send after 2 attempts: HTTP 503" in texts


def test_a_neighbour_in_the_same_batch_is_not_told(stock: Stock) -> None:
    seq = stock.put(ERP)
    assert stock.ledger.life(seq + 1) == []


def test_an_answer_is_told_in_its_charset() -> None:
    assert shortened(b"\xe4", "text/plain; charset=cp1252") == "ä"
    assert shortened("ä".encode()) == "ä"
    assert shortened(b"x" * 500) == "x" * 400 + "… (500 bytes)"
    assert shortened(b"") is None
