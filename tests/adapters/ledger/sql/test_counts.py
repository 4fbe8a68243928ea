from __future__ import annotations

from router.browse import Selection
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock


def test_targets_say_what_waits_there_and_since_when(stock: Stock) -> None:
    first = stock.put(ERP, SHOP)
    since = stock.clock.now()
    stock.clock.advance(5)
    stock.put(ERP)
    dead = stock.put(ERP)
    stock.fail(ERP, dead)
    stock.ledger.pause_target("orders.quiet", "ann", "")
    counts = stock.ledger.target_counts()
    assert (counts[ERP].open, counts[ERP].retry, counts[ERP].dead, counts[ERP].oldest) == (2, 0, 1, since)
    assert counts[SHOP].open == 1
    assert counts["orders.quiet"].paused
    stock.deliver(ERP, first)
    assert stock.ledger.target_counts()[ERP].oldest == since + 5000


def test_what_ended_before_any_target_waits_nowhere(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.fail(ERP, seq, stage="decode")
    assert stock.ledger.target_counts()[SHOP].open == 0
    assert stock.count() == {"accepted": 1, "dead": 1}
    stock.run(Selection(route="orders"), "discard")
    assert stock.count() == {"accepted": 1, "discarded": 1}


def test_counts_are_the_states_that_messages_show(stock: Stock) -> None:
    """The fast count and the careful view agree."""
    seqs = [stock.put(ERP, SHOP) for _ in range(6)]
    stock.deliver(ERP, seqs[0])
    stock.deliver(SHOP, seqs[0])
    stock.fail(ERP, seqs[1])
    stock.fail(SHOP, seqs[2], "blocked", key="k")
    stock.settle(ERP, seqs[3], rule="filter: no")
    stock.settle(SHOP, seqs[3], rule="filter: no")
    stock.fail(ERP, seqs[4], stage="validate")
    split = stock.split(5, "sales.lake")
    for record in range(1, 6):
        stock.deliver("sales.lake", split, record)
    shown: dict[str, int] = {}
    for seq in (*seqs, split):
        shown[stock.state(seq)] = shown.get(stock.state(seq), 0) + 1
    assert {**shown, "accepted": 7} == stock.count()
    assert shown == {"delivered": 2, "dead": 2, "retry": 1, "filtered": 1, "open": 1}
