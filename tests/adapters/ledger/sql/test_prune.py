from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from router.browse import Pruned, Selection
from router.ledger import Arrival, Once
from router.message import Envelope, new_id
from tests.adapters.ledger.sql.stock import ERP, KEEP, Stock


def all_of(stock: Stock) -> Pruned:
    total = Pruned()
    while (step := stock.ledger.prune_step(KEEP)).total:
        total += step
    return total


def test_bodies_go_first_then_messages(stock: Stock) -> None:
    seq = stock.put(ERP, body=b'{"a": 1}', keys=(("order", "1"),))
    stock.deliver(ERP, seq)
    stock.clock.advance(KEEP.bodies + 1)
    assert all_of(stock) == Pruned(bodies=1)
    assert not stock.ledger.body_kept(seq)
    assert stock.state(seq) == "delivered"
    stock.clock.advance(KEEP.messages)
    assert all_of(stock) == Pruned(messages=1)
    for table in ("message", "batch", "work", "attempt", "business_key"):
        assert stock.ledger.db.read(f"SELECT count(*) FROM {table}") == [(0,)]


def test_what_is_open_parked_or_dead_is_never_touched(stock: Stock) -> None:
    open_, retry, dead = stock.put(ERP), stock.put(ERP), stock.put(ERP)
    stock.fail(ERP, retry, "retry")
    stock.fail(ERP, dead)
    stock.clock.advance(KEEP.messages + 1)
    assert all_of(stock) == Pruned()
    assert [stock.ledger.body_kept(seq) for seq in (open_, retry, dead)] == [True] * 3


def test_a_dead_letter_that_was_kept_long_enough_is_given_up_by_retention(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    stock.clock.advance(KEEP.dead + 1)
    id = stock.id(seq)
    assert stock.ledger.prune_step(KEEP).discarded == 1
    rows = stock.ledger.db.read("SELECT actor, action, scope FROM audit")
    assert rows == [("retention", "discarded", f"{id}:erp")]


def test_the_next_of_a_key_that_a_dead_one_held_goes_on(stock: Stock) -> None:
    first, second = stock.put(ERP, lanes=1), stock.put(ERP, lanes=1)
    stock.fail(ERP, first, key="k", hold=True)
    stock.clock.advance(KEEP.dead + 1)
    stock.fail(ERP, second, "blocked", key="k")
    stock.ledger.prune_step(KEEP)
    assert stock.parked(ERP, second) == "retry"


def test_identities_past_their_time_go(stock: Stock) -> None:
    stock.put(ERP, once=(Once("dedupe:orders", "1", 5),))
    stock.put(ERP, once=(Once("dedupe:orders", "2", 500),))
    stock.clock.advance(6)
    assert all_of(stock) == Pruned(identities=1)
    assert stock.ledger.db.read("SELECT key FROM seen") == [("2",)]


def test_blobs_go_with_their_messages_and_orphans_alone(stock: Stock) -> None:
    id = new_id()
    writer = stock.ledger.blob(id)
    writer.write(b"x" * 100)
    size, sha = writer.finish()
    writer.close()
    now = datetime.fromtimestamp(stock.clock.now() / 1000, UTC)
    envelope = Envelope(id, "orders", "/", now, blob=writer.path, size=size)
    (receipt,) = stock.ledger.accept([Arrival(envelope, 1, ((ERP, 4),), sha)])
    orphan = stock.ledger.blob(new_id())
    orphan.write(b"y")
    orphan.close()
    young = stock.ledger.blob(new_id())
    young.close()
    for path in (writer.path, orphan.path):
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    assert all_of(stock) == Pruned(blobs=1)
    assert (writer.path.exists(), orphan.path.exists(), young.path.exists()) == (True, False, True)
    stock.deliver(ERP, receipt.seq)
    stock.clock.advance(KEEP.messages + 1)
    assert all_of(stock).messages == 1
    assert not writer.path.exists()


def test_a_discarded_message_goes_like_any_that_ended(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    stock.run(Selection(route="orders"), "discard")
    stock.clock.advance(KEEP.messages + 1)
    assert all_of(stock).messages == 1
