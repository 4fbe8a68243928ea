"""What a child does at its start and at each doorbell, without Celery."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from adapters.celery import tasks
from adapters.celery.marks import Marks, Slot
from router.errors import LedgerAway


class Shifts:
    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.looks = 0
        self.crashes: list[tuple[int, str]] = []
        self.released = 0

    def __call__(self) -> None:
        self.looks += 1

    def crashed(self, work: int, reason: str, certain: bool) -> None:
        self.crashes.append((work, reason))

    def release_dead(self) -> None:
        self.released += 1


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Marks]:
    monkeypatch.setattr(tasks, "die_with_parent", lambda parent: None)
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: None)
    monkeypatch.setattr(tasks, "current_process", lambda: type("Process", (), {"index": 1}))
    hook = sys.unraisablehook
    marks = Marks(2)
    yield marks
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    sys.unraisablehook = hook
    marks.close()


def test_a_new_child_hands_the_dead_ones_to_the_ledger(marks: Marks) -> None:
    marks.slot(0).mark(5)
    marks.died(0, "SIGSEGV")
    opened: list[Shifts] = []
    child = tasks.Child(marks, lambda slot: opened.append(Shifts(slot)) or opened[-1], 1 << 30)  # type: ignore[func-returns-value]
    child.begin()
    assert [s.slot.index for s in opened] == [1]
    assert opened[0].crashes == [(5, "SIGSEGV")]
    assert opened[0].released == 1, "whose lanes nobody serves any more"
    child.look()
    assert opened[0].looks == 1


def test_a_look_before_the_start_or_in_a_drain_does_nothing(marks: Marks) -> None:
    opened: list[Shifts] = []
    child = tasks.Child(marks, lambda slot: opened.append(Shifts(slot)) or opened[-1], 1 << 30)  # type: ignore[func-returns-value]
    child.look()
    assert opened == []
    child.begin()
    marks.drain()
    child.look()
    assert opened[0].looks == 0


def test_what_could_not_be_opened_is_opened_at_the_next_look(marks: Marks) -> None:
    tries: list[int] = []

    def opening(slot: Slot) -> Shifts:
        tries.append(slot.index)
        if len(tries) == 1:
            raise OSError("the disk is busy")
        return shifts

    shifts = Shifts(marks.slot(1))
    child = tasks.Child(marks, opening, 1 << 30)
    child.begin()
    child.look()
    child.look()
    assert (tries, shifts.looks) == ([1, 1], 2)


def test_a_ledger_that_is_away_at_the_start_of_a_child_is_said_in_one_line(
    marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    shifts, tries = Shifts(marks.slot(1)), 0

    def opening(slot: Slot) -> Shifts:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise LedgerAway("PostgreSQL cannot be reached")
        return shifts

    with capture_logs() as lines:
        monkeypatch.setattr(tasks, "log", structlog.get_logger("crossdock.worker"))
        child = tasks.Child(marks, opening, 1 << 30)
        child.begin()
        for _ in range(4):
            child.look()
    assert (tries, shifts.looks) == (4, 2)
    assert [line["action"] for line in lines] == ["ledger_unavailable", "ledger_back"]


def test_the_mark_of_the_last_owner_of_a_slot_is_wiped(marks: Marks) -> None:
    marks.slot(1).mark(99)
    tasks.Child(marks, Shifts, 1 << 30).begin()
    assert marks.clear(1) == 0
