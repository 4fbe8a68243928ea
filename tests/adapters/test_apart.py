"""A work in a fork of this process."""

from __future__ import annotations

import os
import signal

import pytest

from adapters.apart import beside


def test_it_is_done_in_another_process_while_this_one_goes_on() -> None:
    reads, writes = os.pipe()

    def work() -> tuple[int, bytes]:
        return os.getpid(), os.read(reads, 1)

    answer = beside(work)
    os.write(writes, b"x")
    pid, read = answer()
    assert (pid != os.getpid(), read) == (True, b"x")


def test_what_it_changes_is_lost_and_what_it_prints_is_not_seen(capfd: pytest.CaptureFixture[str]) -> None:
    listed: list[int] = []

    def work() -> int:
        print("printed")
        listed.append(1)
        return len(listed)

    assert (beside(work)(), listed) == (1, [])
    assert capfd.readouterr() == ("", "")


def test_a_child_that_dies_is_replaced_by_work_done_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    assert beside(work)() == here


@pytest.mark.parametrize("wrong", [ValueError("no"), SystemExit(0)])
def test_an_error_is_raised_here(wrong: BaseException) -> None:
    def work() -> None:
        raise wrong

    with pytest.raises(type(wrong)):
        beside(work)()


def test_more_than_a_pipe_holds_is_handed_over() -> None:
    assert len(beside(lambda: b"x" * 10_000_000)()) == 10_000_000
