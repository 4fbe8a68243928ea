"""Settings as options: before the verb, after it, and not at all."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from adapters.commands.options import add_settings
from adapters.settings import OPTIONS, Settings


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Settings]:
    for option in OPTIONS:
        monkeypatch.delenv(option.variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return []


@pytest.fixture
def door(seen: list[Settings]) -> click.Group:
    @click.group()
    def crossdock() -> None: ...

    @crossdock.group()
    def dlq() -> None: ...

    @dlq.command()
    @click.option("--reason")
    @click.pass_obj
    def discard(settings: Settings, reason: str | None) -> int:
        seen.append(settings)
        return 4

    return add_settings(crossdock)


def run(door: click.Group, line: str) -> object:
    return door.main(line.split(), standalone_mode=False)


@pytest.mark.parametrize(
    "line",
    ["--http h:1 dlq discard", "dlq --http h:1 discard", "dlq discard --http h:1", "dlq discard --http=h:1 --reason x"],
)
def test_a_setting_stands_before_or_after_the_verb(door: click.Group, seen: list[Settings], line: str) -> None:
    assert run(door, line) == 4
    assert seen[0].http == "h:1"


def test_the_one_nearest_to_the_verb_wins(door: click.Group, seen: list[Settings]) -> None:
    run(door, "--http h:1 --admin a:1 dlq discard --http h:2")
    assert (seen[0].http, seen[0].admin) == ("h:2", "a:1")


def test_without_options_the_environment_holds(
    door: click.Group, seen: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CROSSDOCK_HTTP", "h:3")
    run(door, "dlq discard")
    assert (seen[0].http, seen[0].project) == ("h:3", tmp_path)


def test_calls_do_not_remember_each_other(door: click.Group, seen: list[Settings]) -> None:
    run(door, "--http h:1 dlq discard")
    add_settings(door)
    run(door, "dlq discard")
    assert [s.http for s in seen] == ["h:1", "127.0.0.1:8080"]


def test_a_command_that_has_them_gets_them_once(door: click.Group) -> None:
    before = len(door.params)
    assert len(add_settings(door).params) == before == len(OPTIONS) + 1
