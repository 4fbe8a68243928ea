"""A requeued dead letter keeps its id and its place."""

from __future__ import annotations

from router import ranges
from router.browse import Selection
from router.ledger import Once
from tests.adapters.ledger.sql.stock import ERP, SHOP, Stock

ALL = Selection(route="orders")


def test_it_starts_at_attempt_one_and_its_lane_is_due(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    assert stock.ledger.due() == []
    job = stock.run(ALL)
    assert (job.state, job.done, job.skipped) == ("done", 1, 0)
    (parked,) = stock.ledger.due_parked(stock.claim(ERP), 10)
    assert (parked.state, parked.attempt, parked.crashes) == ("retry", 0, 0)
    assert parked.first_at == parked.next_at == stock.clock.now()


def test_later_ones_of_its_key_wait_behind_it(stock: Stock) -> None:
    first, second = stock.put(ERP, lanes=1), stock.put(ERP, lanes=1)
    stock.fail(ERP, first, "dead", key="C-1")
    stock.fail(ERP, second, "retry", key="C-1")
    stock.run(Selection(ids=(f"{stock.id(first)}:erp",)))
    assert (stock.parked(ERP, first), stock.parked(ERP, second)) == ("retry", "blocked")


def test_it_waits_behind_an_earlier_one_of_its_key(stock: Stock) -> None:
    first, second = stock.put(ERP, lanes=1), stock.put(ERP, lanes=1)
    stock.fail(ERP, first, "retry", key="C-1")
    stock.fail(ERP, second, "dead", key="C-1")
    stock.run(ALL)
    assert (stock.parked(ERP, first), stock.parked(ERP, second)) == ("retry", "blocked")


def test_several_of_a_key_are_requeued_in_order(stock: Stock) -> None:
    seqs = [stock.put(ERP, lanes=1) for _ in range(3)]
    for seq in seqs:
        stock.fail(ERP, seq, "dead", key="C-1")
    stock.run(ALL)
    assert [stock.parked(ERP, seq) for seq in seqs] == ["retry", "blocked", "blocked"]


def test_a_discarded_head_lets_the_next_of_its_key_go(stock: Stock) -> None:
    first, second = stock.put(ERP, lanes=1), stock.put(ERP, lanes=1)
    stock.fail(ERP, first, "dead", key="C-1", hold=True)
    stock.fail(ERP, second, "blocked", key="C-1")
    stock.run(ALL, "discard")
    assert (stock.parked(ERP, first), stock.parked(ERP, second)) == ("discarded", "retry")


def test_what_died_before_any_target_goes_through_its_route_again(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.fail(ERP, seq, stage="validate", error="invalid")
    stock.run(Selection(ids=(stock.id(seq),)), lanes=1)
    claim = stock.claim("orders")
    (work,) = stock.ledger.open_work(claim, 10)
    assert (work.lane, work.seq, ranges.decode(work.rest)) == (0, None, [seq & 0xFFFF])
    assert stock.count() == {"accepted": 1, "open": 1}
    old = stock.ledger.db.read("SELECT id FROM work WHERE target=?", (SHOP,))[0][0]
    assert (seq, 0) in stock.ledger.ended(SHOP, seq >> 16, old), "the work before it leaves the unit alone"
    assert (seq, 0) not in stock.ledger.ended("orders", seq >> 16, work.id)


def test_a_record_is_processed_again_from_its_chunk(stock: Stock) -> None:
    seq = stock.split(7, "sales.lake")
    stock.fail("sales.lake", seq, record=5, stage="decode", error="undecodable")
    stock.run(Selection(ids=(f"{stock.id(seq)}:5",)))
    work = next(w for w in stock.ledger.open_work(stock.claim("sales"), 10) if w.target == "sales")
    assert (work.seq, work.chunk, work.rest) == (seq, 1, "5")


def test_a_requeued_message_takes_its_identity_again(stock: Stock) -> None:
    once = (Once("dedupe:orders", "1001", 600),)
    seq = stock.put(ERP, once=once)
    stock.fail(ERP, seq, stage="validate")
    stock.run(ALL, once=once)
    assert stock.put(ERP, once=once) == seq, "a duplicate is answered with the first one"
    assert stock.count() == {"accepted": 2, "open": 1, "duplicate": 1}


def test_where_another_holds_its_identity_by_now_it_is_that_ones_duplicate(stock: Stock) -> None:
    once = (Once("dedupe:orders", "1001", 600),)
    first = stock.put(ERP, once=once)
    stock.fail(ERP, first, stage="validate")
    second = stock.put(ERP, once=once)
    job = stock.run(ALL, once=once)
    assert job.skipped == 0
    view = stock.ledger.message_view(stock.id(first))
    assert view is not None
    assert (view.state, view.reason) == ("duplicate", f"duplicate of {stock.id(second)}")
    assert stock.count() == {"accepted": 2, "duplicate": 1, "open": 1}


def test_another_target_gets_it_and_this_one_gives_it_up(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    stock.run(ALL, to=SHOP)
    assert (stock.parked(ERP, seq), stock.parked(SHOP, seq)) == ("discarded", "retry")
    assert stock.count() == {"accepted": 1, "retry": 1}
    stock.retried(SHOP, seq)
    assert stock.count() == {"accepted": 1, "delivered": 1}
    assert stock.ledger.verify().faults == ()


def test_a_target_that_has_it_already_is_no_other(stock: Stock) -> None:
    seq = stock.put(ERP, SHOP)
    stock.deliver(SHOP, seq)
    stock.fail(ERP, seq)
    job = stock.run(ALL, to=SHOP)
    assert (job.done, job.skipped) == (1, 1)
    assert stock.ledger.job_skips(job.id) == [f"1: it has a delivery at {SHOP} already"]
    assert stock.parked(ERP, seq) == "dead"


def test_a_target_that_has_not_tried_it_yet_has_it_already(stock: Stock) -> None:
    """It would have two deliveries of one id."""
    seq = stock.put(ERP, SHOP)
    stock.fail(ERP, seq)
    job = stock.run(ALL, to=SHOP)
    assert stock.ledger.job_skips(job.id) == [f"1: it has a delivery at {SHOP} already"]
    assert (stock.parked(ERP, seq), stock.parked(SHOP, seq)) == ("dead", None)


def test_a_record_goes_to_another_target_where_only_others_of_its_chunk_are(stock: Stock) -> None:
    seq = stock.split(4, "sales.lake")
    stock.fail("sales.lake", seq, record=2)
    job = stock.run(Selection(target="sales.lake"), to="sales.shop")
    assert job.skipped == 0
    assert stock.parked("sales.shop", seq, 2) == "retry"


def test_the_current_logic_keeps_an_edited_body(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq)
    letter = stock.ledger.dead_letter(f"{stock.id(seq)}:erp")
    assert letter is not None
    assert stock.ledger.revise(letter, "raw", b'{"qty": 3}', "ann", "typo") == 1
    stock.run(ALL, version=7)
    revision = stock.ledger.revisions([seq])[seq, 0, ERP]
    assert (revision.rev, revision.kind, revision.body, revision.version) == (2, "raw", b'{"qty": 3}', 7)
