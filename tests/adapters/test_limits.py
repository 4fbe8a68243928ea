from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from adapters.limits import FileRates, FileSlots
from tests.adapters.waiting import until
from tests.stopping import stop_whole


def hold(folder: Path, pipe: Connection) -> None:
    slots = FileSlots(folder, 2)
    taken = [slots.take("erp", 3), slots.take("erp", 3)]
    pipe.send(taken)
    pipe.recv()
    os._exit(1)


def test_slots_are_shared_by_processes_and_freed_by_a_death(tmp_path: Path) -> None:
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=hold, args=(tmp_path, theirs))
    child.start()
    taken = mine.recv()
    slots = FileSlots(tmp_path, 2)
    own = slots.take("erp", 3)
    assert own is not None
    assert {own, *taken} == {0, 1, 2}
    assert slots.take("erp", 3) is None
    child.kill()
    child.join()
    assert slots.take("erp", 3) is not None
    assert slots.take("erp", 3) is not None
    assert slots.take("erp", 3) is None


def test_slots_of_a_process_that_stands_still_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.limits.LOOK_EVERY", 0.0)
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=hold, args=(tmp_path, theirs))
    child.start()
    mine.recv()
    slots = FileSlots(tmp_path, 2)
    assert slots.take("erp", 3) is not None
    assert slots.take("erp", 3) is None
    assert child.pid is not None
    stop_whole(child.pid)
    instead = [slots.take("erp", 3), slots.take("erp", 3)]
    assert sorted(instead) == [3, 4], "as many as it has"  # type: ignore[type-var]
    assert slots.take("erp", 3) is None
    slots.give("erp", 4)
    os.kill(child.pid, signal.SIGCONT)
    until(lambda: slots.take("erp", 3) is None)
    child.kill()
    child.join()


@pytest.mark.parametrize("children", [1, 2])
def test_a_slot_that_was_given_back_can_be_taken_again(tmp_path: Path, children: int) -> None:
    slots = FileSlots(tmp_path, children)
    first = slots.take("erp", 1)
    assert first == 0
    assert slots.take("erp", 1) is None
    slots.give("erp", 0)
    assert slots.take("erp", 1) == 0


def test_a_rate_spaces_the_sends_of_all(tmp_path: Path) -> None:
    one, other = FileRates(tmp_path), FileRates(tmp_path)
    waits = [r.count("erp", 10, 1) for r in (one, other, one, other)]
    assert waits == pytest.approx([0, 0.1, 0.2, 0.3], abs=0.05)


def test_many_sends_wait_for_the_last_of_them(tmp_path: Path) -> None:
    rates = FileRates(tmp_path)
    waits = [rates.count("erp", 10, 5), rates.count("erp", 10, 1)]
    assert waits == pytest.approx([0.4, 0.5], abs=0.05)
