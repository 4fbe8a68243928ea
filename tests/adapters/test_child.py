"""One child: its life, its backoff, and which end is final."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adapters.child import Child, Part
from tests.adapters.waiting import until


def part(program: str, once: bool = False, always: bool = False) -> Part:
    return Part("p", [sys.executable, "-c", program], lambda pid: True, once=once, restarts_always=always)


def end_of(child: Child, starting: bool = False) -> int:
    codes: list[int | None] = []
    until(lambda: codes.append(child.collect(starting=starting)) or codes[-1] is not None)  # type: ignore[func-returns-value]
    assert codes[-1] is not None
    return codes[-1]


def test_what_runs_once_is_done_when_it_ends_well() -> None:
    child = Child(part("", once=True))
    assert child.due()
    child.start()
    assert end_of(child) == 0
    assert child.ready
    assert child.done
    assert not child.due()


def test_each_failed_start_waits_longer_up_to_a_bound() -> None:
    child = Child(Part("p", ["/nothing/there"], lambda pid: False))
    waits = []
    for _ in range(7):
        child.start()
        waits.append(round(child.wait_for_start(), 1))
        assert not child.due()
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_one_that_lived_well_starts_again_at_once_and_waits_where_it_ends_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.child.HEALTHY", 0)
    child = Child(part(""))
    child.start()
    child.look_ready()
    end_of(child)
    assert child.due()
    monkeypatch.setattr("adapters.child.HEALTHY", 3600)
    for wait in (0.2, 0.4):
        child.start()
        child.look_ready()
        end_of(child)
        assert not child.due()
        assert wait - 0.1 < child.wait_for_start() <= wait


@pytest.mark.parametrize(
    ("code", "once", "always", "final"),
    [
        (1, False, False, False), (2, False, False, True), (5, False, False, True), (5, False, True, False),
        (1, True, False, True), (-9, True, False, False), (0, True, False, False), (0, False, False, False),
    ],
)  # fmt: skip
def test_which_end_no_restart_helps(code: int, once: bool, always: bool, final: bool) -> None:
    assert Child(part("", once, always)).is_hopeless(code) is final


def test_its_process_gets_the_environment_and_no_blocked_signals(tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = (
        f"import os, signal; open({str(out)!r}, 'w').write(os.environ['X'] + str(signal.pthread_sigmask(0, [])))"
    )
    child = Child(Part("p", [sys.executable, "-c", program], lambda pid: False, environment={"X": "1"}))
    child.start()
    assert end_of(child) == 0
    assert out.read_text() == "1set()"
