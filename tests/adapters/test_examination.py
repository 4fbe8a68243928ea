from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import examination
from adapters.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({}, {}, tmp_path)


def test_the_verdict_is_by_the_least_and_the_enough() -> None:
    grades = [examination.graded("disk", value, 10, 20, "", "free some") for value in (5, 15, 25)]
    assert [g.verdict for g in grades] == ["bad", "fair", "good"]
    assert [g.advice for g in grades] == ["free some", "free some", ""]


def test_the_examination_leaves_nothing_behind(settings: Settings) -> None:
    examination.examine(settings)
    assert list(settings.project.iterdir()) == []


def test_a_var_that_cannot_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = examination.permissions(settings)
    assert (found.verdict, found.found) == ("bad", f"{settings.project} cannot be written")


def test_a_broker_answers_or_not(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        there = examination.broker_reachable(replace(settings, broker=f"redis://:secret@127.0.0.1:{port}/0"))
    assert (there.verdict, there.found) == ("good", f"127.0.0.1:{port} answers")
    gone = examination.broker_reachable(replace(settings, broker=f"redis://127.0.0.1:{port}/0"))
    assert gone.verdict == "bad"


def test_a_secret_that_everybody_can_read(settings: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "TOKEN"
    secret.parent.mkdir()
    secret.write_text("x")
    secret.chmod(0o644)
    found = examination.secrets(replace(settings, secrets=secret.parent))
    assert (found.verdict, found.found) == ("fair", "everybody can read TOKEN")
    secret.chmod(0o600)
    assert examination.secrets(replace(settings, secrets=secret.parent)).verdict == "good"
