from __future__ import annotations

from pathlib import Path

import pytest

from adapters import wiring
from adapters.commands import answer
from tests.adapters.commands.typing_room import Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Room:
    """A new project by `crossdock init`, with the current folder in it."""
    for name in ("CONFIG", "VAR", "LEDGER_URL", "BROKER_URL", "SECRETS"):
        monkeypatch.delenv(f"CROSSDOCK_{name}", raising=False)
    monkeypatch.setattr(wiring, "ring", lambda settings: None, raising=False)
    monkeypatch.setenv("CROSSDOCK_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    assert answer(["init", "shop"]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    return Room(tmp_path / "shop", capsys)
