from __future__ import annotations

import sys

import click
import pytest

from adapters.commands.asking import agree


def test_on_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    answers = [True, False]
    monkeypatch.setattr(click, "confirm", lambda question, err: answers.pop(0))
    agree("this gives up 3 for good", False)
    with pytest.raises(click.exceptions.Exit) as refused:
        agree("this gives up 3 for good", False)
    assert refused.value.exit_code == 5
    assert answers == [], "both were asked"
    assert capsys.readouterr().err.startswith("this gives up 3 for good\n")


def test_with_yes_it_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "confirm", lambda *args, **more: pytest.fail("asked"))
    agree("this is done", True)
