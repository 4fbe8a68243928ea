from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from adapters.commands.lazy import LazyGroup, late


def test_a_late_module_runs_when_it_is_first_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lately"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "heavy.py").write_text(f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).mkdir()\nVALUE = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("lately", "lately.heavy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    heavy = late("lately.heavy")
    assert not (tmp_path / "ran").exists()
    assert heavy.VALUE == 7
    assert late("lately.heavy") is heavy
    with pytest.raises(ModuleNotFoundError):
        late("lately.nothing")


def test_a_group_offers_its_commands_without_importing_them() -> None:
    group = LazyGroup("g", {"one": ("no.such.module", "The first."), "two": ("no.such.module", "")})
    offered = group.shell_complete(click.Context(group), "")
    assert [(item.value, item.help) for item in offered if not item.value.startswith("-")] == [("one", "The first.")]
    assert group.shell_complete(click.Context(group), "x") == []


def test_a_command_that_is_not_there_is_said_with_those_that_are() -> None:
    group = LazyGroup("g", {"one": ("no.such.module", "The first.")})
    with pytest.raises(click.UsageError, match="There is no command 'three'; there are one"):
        group.resolve_command(click.Context(group), ["three"])
