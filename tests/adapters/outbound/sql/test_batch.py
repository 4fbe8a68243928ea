"""A batch with wrong rows: which transactions are tried, and how each job ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.outbound.sql.batch import LATER, Batch, Ending, Sizes
from adapters.outbound.sql.session import Entry, Failed, Job, Line, Refused, Shape, Upsert
from tests.adapters.outbound.sql.rows import soon

WRITE = Upsert(("t",), ("n",))
SHAPE = Shape(WRITE, ("n",), ("int",), (0,))


class Scripted:
    """A session that refuses the rows in `wrong`, and fails at those in `broken`; `tells`: it knows which row it was."""

    def __init__(self, wrong: set[int] = frozenset(), broken: set[int] = frozenset(), tells: bool = False) -> None:  # type: ignore[assignment]
        self.wrong, self.broken, self.tells = wrong, broken, tells
        self.there: list[int] = []
        self.transactions = 0

    def fit(self, job: Job) -> list[Line]:
        n = job[0].row["n"]
        if n is None:
            raise Refused("n is null")
        if n == "table":
            raise Failed("io", "there is no table")
        return [Line(SHAPE, (n,))]

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        self.transactions += 1
        numbers = [line.values[0] for lines in jobs for line in lines]
        for at, number in enumerate(numbers):
            if number in self.broken:
                raise Failed("reset", "cut")
            if number in self.wrong:
                raise Refused(f"{number} is wrong", at if self.tells else None)
        self.there += numbers

    def alive(self) -> bool:
        return True

    def abort(self) -> None:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


def deliver(
    session: Scripted, jobs: Sequence[Job], deadline: float, sizes: Sizes | None = None
) -> list[Ending]:
    silent = Failed("timeout", "no answer")
    batch = Batch(dict(enumerate(jobs)), [silent] * len(jobs), deadline, silent, "t", sizes or Sizes())
    batch.write(session)
    return batch.ends


def jobs(numbers: Sequence[Any]) -> list[Job]:
    return [(Entry(WRITE, {"n": n}, f"m{n}"),) for n in numbers]


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("wrong", [set(), {0}, {499}, {250}, {3, 4, 5}, set(range(0, 500, 7)), set(range(500))])
def test_wrong_ones_are_refused_and_all_others_written_once_in_order(wrong: set[int], tells: bool) -> None:
    session = Scripted(wrong, tells=tells)
    ends = deliver(session, jobs(range(500)), soon())
    assert session.there == [n for n in range(500) if n not in wrong]
    assert {n for n, end in enumerate(ends) if isinstance(end, Refused) and end.reason == f"{n} is wrong"} == wrong
    assert all(end is None for n, end in enumerate(ends) if n not in wrong)


def test_a_batch_without_wrong_rows_is_one_transaction() -> None:
    session = Scripted()
    deliver(session, jobs(range(500)), soon())
    assert session.transactions == 1


@pytest.mark.parametrize(("tells", "most"), [(True, 2), (False, 20)])
def test_one_wrong_row_costs_few_transactions(tells: bool, most: int) -> None:
    session = Scripted({321}, tells=tells)
    deliver(session, jobs(range(500)), soon())
    assert session.transactions <= most


def test_what_was_committed_before_a_cut_is_delivered() -> None:
    session = Scripted({1}, {6})
    ends = deliver(session, jobs(range(8)), soon())
    assert session.there == [0, 2, 3]
    assert [type(end) for end in ends] == [type(None), Refused, type(None), type(None), Failed, Failed, Failed, Failed]
    assert {end.error for end in ends if isinstance(end, Failed)} == {"reset"}


def test_what_does_not_fit_never_reaches_the_database() -> None:
    session = Scripted()
    ends = deliver(session, jobs([1, None, 2]), soon())
    assert [type(end) for end in ends] == [type(None), Refused, type(None)]
    assert (session.there, session.transactions) == ([1, 2], 1)
    assert [type(end) for end in deliver(session, jobs([3, "table"]), soon())] == [Failed, Failed]


def test_when_the_time_is_over_the_rest_is_not_tried() -> None:
    session = Scripted({0})
    ends = deliver(session, jobs(range(3)), time.monotonic() - 1)
    assert [end.error for end in ends if isinstance(end, Failed)] == ["timeout"] * 3
    assert session.transactions == 0


class Slow(Scripted):
    """Each row takes its time, of which there is a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cost: float) -> None:
        super().__init__()
        self.now, self.cost, self.lost = 0.0, cost, 0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def send(self, numbers: Sequence[int], sizes: Sizes) -> list[Ending]:
        return deliver(self, jobs(numbers), self.now + 1.0, sizes)

    def write(self, jobs: Sequence[list[Line]], deadline: float) -> None:
        takes = self.cost * len(jobs)
        if self.now + takes > deadline:
            self.now, self.lost = deadline, self.lost + 1
            raise Failed("timeout", "canceling statement due to statement timeout")
        self.now += takes
        super().write(jobs, deadline)


@pytest.mark.parametrize("cost", [0.9, 0.3, 0.12, 0.01, 0.0021])
def test_what_takes_too_long_together_goes_in_smaller_transactions_and_none_has_failed(
    monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    session, sizes = Slow(monkeypatch, cost), Sizes()
    left = list(range(500))
    while left:
        ends = session.send(left, sizes)
        assert all(end is None or end is LATER for end in ends)
        left = [n for n, end in zip(left, ends, strict=True) if end is LATER]
    assert session.there == list(range(500))
    assert session.now <= 500 * cost + 3
    assert session.lost <= 3


def test_a_row_that_takes_too_long_alone_has_failed_and_those_behind_it_have_not(monkeypatch: pytest.MonkeyPatch) -> None:
    session, sizes = Slow(monkeypatch, 2.0), Sizes()
    for _ in range(3):
        ends = session.send(range(40), sizes)
    assert isinstance(ends[0], Failed)
    assert ends[0].error == "timeout"
    assert ends[1:] == [LATER] * 39


def test_transactions_grow_again() -> None:
    sizes = Sizes()
    sizes.late("t", 16)
    deliver(Scripted(), jobs(range(100)), soon(), sizes)
    assert sizes.of("t", 100) > 50
    assert sizes.of("another", 100) == 100


def test_a_row_that_began_late_has_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    session, sizes = Slow(monkeypatch, 0.4), Sizes()
    sizes.late("t", 16)
    session.cost = 0.4
    assert session.send([0, 1], sizes) == [None, None]
    first = session.write

    def write(jobs: Sequence[list[Line]], deadline: float) -> None:
        session.cost = 0.7 if jobs[0][0].values == (1,) else 0.4
        first(jobs, deadline)

    monkeypatch.setattr(session, "write", write)
    assert session.send([0, 1], sizes) == [None, LATER]
    assert session.send([1], sizes) == [None]
