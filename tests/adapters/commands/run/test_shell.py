"""What every role does around its work: its lock, the check or the wait for it, the word that it is ready."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters import logs
from adapters.commands.run import shell
from adapters.node import Taken, holding
from adapters.processes import SUPERVISED, read_ready
from adapters.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv(SUPERVISED, raising=False)
    monkeypatch.setattr(logs, "configure", lambda spec, role: None)
    (tmp_path / "var" / "run").mkdir(parents=True)
    return load({}, {}, tmp_path)


def test_a_role_alone_checks_the_project_and_speaks_for_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked: list[Settings] = []
    monkeypatch.setattr(shell, "check", checked.append)
    with shell.role(settings, "web") as ready:
        ready("http://h:1")
        assert read_ready(settings.var, "web", os.getpid()) == "http://h:1"
    assert checked == [settings]
    assert capsys.readouterr().err == "ready http://h:1\n"


def test_a_supervised_role_leaves_the_check_and_the_word_to_its_supervisor(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SUPERVISED, "1")
    monkeypatch.setattr(shell, "check", lambda settings: pytest.fail("it was checked twice"))
    with shell.role(settings, "inbound") as ready:
        ready()
    assert read_ready(settings.var, "inbound", os.getpid()) == ""
    assert capsys.readouterr().err == ""


def test_a_second_role_is_refused(settings: Settings) -> None:
    with holding(settings.var, "web"), pytest.raises(Taken), shell.role(settings, "web"):
        pytest.fail("it ran")


def test_where_the_broker_is(settings: Settings, tmp_path: Path) -> None:
    assert shell.broker_url(settings).startswith("redis+socket://")
    assert shell.broker_url(load({"broker": "amqp://bus"}, {}, tmp_path)) == "amqp://bus"
