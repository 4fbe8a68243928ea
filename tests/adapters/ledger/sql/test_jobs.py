from __future__ import annotations

import pytest

from router.browse import Selection
from router.jobs import ExpectationFailed, JobOrder
from tests.adapters.ledger.sql.stock import ERP, Stock

ALL = Selection(route="orders")
ORDER = JobOrder("requeue", {}, "ann", "ERP is back")


def dead(stock: Stock, n: int) -> list[int]:
    seqs = [stock.put(ERP) for _ in range(n)]
    for seq in seqs:
        stock.fail(ERP, seq)
    return seqs


def test_the_selection_is_frozen_when_the_job_is_made(stock: Stock) -> None:
    seqs = dead(stock, 2)
    job = stock.ledger.create_job(ALL, ORDER)
    assert job is not None
    late = dead(stock, 1)
    assert [i.seq for i in stock.ledger.job_items(job.id, 10)] == seqs
    stock.ledger.run_items(job.id, stock.ledger.job_items(job.id, 10), 0)
    assert [stock.parked(ERP, seq) for seq in (*seqs, *late)] == ["retry", "retry", "dead"]


def test_another_size_than_expected_makes_no_job(stock: Stock) -> None:
    dead(stock, 2)
    with pytest.raises(ExpectationFailed, match="2 match, 3 were expected"):
        stock.ledger.create_job(ALL, JobOrder("requeue", {}, "ann", "", expect=3))
    assert stock.ledger.jobs() == []


def test_nothing_that_matches_makes_no_job(stock: Stock) -> None:
    assert stock.ledger.create_job(ALL, ORDER) is None


def test_a_job_goes_on_where_its_maker_stopped(stock: Stock) -> None:
    seqs = dead(stock, 3)
    job = stock.ledger.create_job(ALL, ORDER)
    assert job is not None
    half = stock.ledger.run_items(job.id, stock.ledger.job_items(job.id, 2), 0)
    assert (half.state, half.done) == ("running", 2)
    assert [j.id for j in stock.ledger.due_jobs()] == [job.id]
    (last,) = stock.ledger.job_items(job.id, 500)
    assert last.seq == seqs[2]
    assert stock.ledger.run_items(job.id, [last], 0).state == "done"


def test_a_step_that_two_processes_do_is_done_once(stock: Stock) -> None:
    dead(stock, 2)
    job = stock.ledger.create_job(ALL, ORDER)
    assert job is not None
    items = stock.ledger.job_items(job.id, 500)
    stock.ledger.run_items(job.id, items, 0)
    again = stock.ledger.run_items(job.id, items, 0)
    assert (again.done, again.skipped) == (2, 0)


def test_a_job_with_a_rate_is_due_at_its_time(stock: Stock) -> None:
    dead(stock, 2)
    job = stock.ledger.create_job(ALL, JobOrder("requeue", {}, "ann", "", rate=1.0))
    assert job is not None
    stock.ledger.run_items(job.id, stock.ledger.job_items(job.id, 1), stock.clock.now() + 1000)
    assert stock.ledger.due_jobs() == []
    stock.clock.advance(1)
    assert [j.id for j in stock.ledger.due_jobs()] == [job.id]


def test_what_is_not_dead_any_more_is_skipped_and_said(stock: Stock) -> None:
    seqs = dead(stock, 2)
    job = stock.ledger.create_job(ALL, ORDER)
    assert job is not None
    stock.run(Selection(ids=(f"{stock.id(seqs[0])}:erp",)), "discard")
    done = stock.ledger.run_items(job.id, stock.ledger.job_items(job.id, 500), 0)
    assert (done.done, done.skipped) == (2, 1)
    assert stock.ledger.job_skips(job.id) == ["1: it is not dead, it is discarded"]


def test_a_cancelled_job_does_nothing_more(stock: Stock) -> None:
    (seq,) = dead(stock, 1)
    job = stock.ledger.create_job(ALL, ORDER)
    assert job is not None
    items = stock.ledger.job_items(job.id, 500)
    cancelled = stock.ledger.cancel_job(job.id, "bob", "wrong ones")
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert stock.ledger.run_items(job.id, items, 0).done == 0
    assert stock.parked(ERP, seq) == "dead"


def test_the_outcome_says_what_waits_where_and_what_is_dead_again(stock: Stock) -> None:
    one, two, _ = dead(stock, 3)
    job = stock.run(ALL)
    assert stock.ledger.job_outcome(job.id).waiting == {ERP: 3}
    stock.retried(ERP, one)
    with stock.ledger.db.write() as run:
        run("UPDATE parked SET state='dead' WHERE seq=?", (two,))
    outcome = stock.ledger.job_outcome(job.id)
    assert (outcome.ended, outcome.dead, outcome.waiting) == (1, 1, {ERP: 1})


def test_the_outcome_of_a_message_that_goes_through_its_route_again(stock: Stock) -> None:
    seq = stock.put(ERP)
    stock.fail(ERP, seq, stage="validate")
    job = stock.run(ALL)
    assert stock.ledger.job_outcome(job.id).waiting == {"orders": 1}


def test_each_requeue_leaves_a_line_in_the_audit(stock: Stock) -> None:
    (seq,) = dead(stock, 1)
    stock.run(ALL)
    rows = stock.ledger.db.read("SELECT actor, action, scope, reason FROM audit ORDER BY id")
    *who, told = rows[-1]
    assert who == ["ann", "requeued", f"{stock.id(seq)}:erp"]
    assert told.startswith("fixed; it was dead at stage send: ")
