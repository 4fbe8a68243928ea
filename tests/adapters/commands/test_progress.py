from __future__ import annotations

import os
import pty
import re
import sys

import pytest

from adapters.commands.output import say
from adapters.commands.progress import NoBar, progress

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def seen(monkeypatch: pytest.MonkeyPatch, terminal: bool, total: int | None = 3, quiet: bool = False) -> str:
    """What a bar of some work writes to stderr, on a terminal or to a pipe."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    monkeypatch.setenv("TERM", "xterm-256color")
    with os.fdopen(theirs, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with progress("exporting", total, quiet) as bar:
            bar.advance()
            say("one is odd")
            bar.reach(3)
    monkeypatch.undo()
    found = b""
    while piece := read(ours):
        found += piece
    os.close(ours)
    return found.decode()


def read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except OSError:  # how a terminal says that the other side has gone
        return b""


def test_on_a_terminal_it_says_how_far_the_work_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = seen(monkeypatch, terminal=True)
    assert "exporting" in found
    assert "3/3" in found
    assert "one is odd" in found
    assert COLOUR.search(found)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    found = seen(monkeypatch, terminal=True)
    assert "3/3" in found
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", found)


def test_work_of_unknown_length_has_a_bar_without_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(monkeypatch, terminal=True, total=None)
    assert "exporting" in found
    assert "/3" not in found


@pytest.mark.parametrize(("terminal", "quiet", "total"), [(False, False, 3), (True, True, 3), (True, False, 0)])
def test_elsewhere_nothing_is_added(monkeypatch: pytest.MonkeyPatch, terminal: bool, quiet: bool, total: int) -> None:
    assert seen(monkeypatch, terminal, total, quiet).replace("\r", "") == "one is odd\n"


def test_a_bar_that_nobody_sees_takes_every_step() -> None:
    bar = NoBar()
    bar.advance()
    bar.reach(2)
