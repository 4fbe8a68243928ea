"""The door opens."""

from __future__ import annotations

import sys

import pytest

import cli


def test_main_ends_with_the_code_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["crossdock", "nope"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
