"""Marks: what a child works on, and who hears of its death."""

from __future__ import annotations

import os
import timeit
from collections.abc import Iterator

import pytest

from adapters.celery.marks import Marks


@pytest.fixture
def marks() -> Iterator[Marks]:
    marks = Marks(3)
    yield marks
    marks.close()


def test_a_mark_outlives_the_child_that_wrote_it(marks: Marks) -> None:
    child = os.fork()
    if child == 0:
        marks.slot(1).mark(-42)
        os._exit(0)
    os.waitpid(child, 0)
    assert marks.died(1, "SIGSEGV") == -42
    assert list(marks.obituaries()) == [(-42, "SIGSEGV")]


def test_each_obituary_is_told_once(marks: Marks) -> None:
    marks.slot(0).mark(7)
    marks.slot(2).mark(2**62)
    marks.died(0, "SIGKILL")
    marks.died(2, "out of memory")
    assert list(marks.slot(1).obituaries()) == [(7, "SIGKILL"), (2**62, "out of memory")]
    assert list(marks.slot(0).obituaries()) == []


def test_a_child_that_only_waited_for_sends_is_held_against_nothing(marks: Marks) -> None:
    marks.slot(0).mark(7)
    marks.slot(0).clear()
    assert marks.died(0, "SIGKILL") == 0
    assert list(marks.obituaries()) == []


def test_a_slot_is_free_after_a_death(marks: Marks) -> None:
    marks.slot(0).mark(7)
    marks.died(0, "SIGKILL")
    assert marks.died(0, "SIGKILL") == 0


def test_nothing_counts_in_a_drain(marks: Marks) -> None:
    slot = marks.slot(0)
    assert not slot.draining()
    slot.mark(7)
    marks.drain()
    assert slot.draining()
    assert marks.draining()
    marks.died(0, "SIGKILL")
    assert list(marks.obituaries()) == []


def test_slots_do_not_touch_each_other_nor_the_drain(marks: Marks) -> None:
    for index in range(3):
        marks.slot(index).mark(-1 - index)
    assert not marks.draining()
    assert [marks.clear(index) for index in range(3)] == [-1, -2, -3]


def test_a_long_reason_is_cut_and_a_full_pipe_loses_only_itself(marks: Marks) -> None:
    for _ in range(5000):
        marks.slot(0).mark(1)
        marks.died(0, "x" * 100)
    told = list(marks.obituaries())
    assert set(told) == {(1, "x" * 40)}
    assert len(told) > 1000


def test_the_next_record_of_the_same_work_is_the_same_for_the_parent_alone(marks: Marks) -> None:
    slot = marks.slot(0)
    slot.mark(7)
    before, beat = marks.state(0), slot.beat
    slot.mark(7)
    assert marks.state(0) == before
    assert slot.beat == beat + 1
    slot.mark(0)
    slot.mark(7)
    assert marks.state(0) == (7, before[1] + 2)


def test_a_mark_costs_next_to_nothing(marks: Marks) -> None:
    slot = marks.slot(0)
    assert min(timeit.repeat(lambda: slot.mark(123), number=10_000, repeat=10)) < 0.02


def test_after_the_parent_nothing_is_told() -> None:
    marks = Marks(1)
    os.close(marks._in)
    assert list(marks.obituaries()) == []
    marks._in = os.open(os.devnull, os.O_RDONLY)
    marks.close()
