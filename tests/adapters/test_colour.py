"""Every command that has colour on a terminal has none where NO_COLOR is set; nor in a pipe."""

from __future__ import annotations

import os
import pty
import re
import sys
import threading
from pathlib import Path

import pytest

from adapters.colour import coloured
from adapters.commands import answer

ROOT = Path(__file__).parents[2]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS = {
    "routes check": (),
    "routes try": ("web-orders", "transforms/samples/order.json"),
    "routes diff": (),
    "routes plan": (),
    "routes list": (),
    "routes history": (),
    "routes test": ("--coverage",),
    "messages find": (),
}
"""With what they are typed. The tables of all lists are drawn by one function."""


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project whose files are no longer those of its current version, with a message, and an advice to give."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "VAR", "LEDGER_URL", "BROKER_URL", "SECRETS"):
        monkeypatch.delenv(f"CROSSDOCK_{name}", raising=False)
    assert answer(["init", "shop"]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    assert answer(["send", "web-orders", "transforms/samples/order.json"]) == 0
    config = tmp_path / "shop" / "routes.yaml"
    config.write_text(config.read_text().replace("connections:\n", "connections:\n  spare: {type: folder, path: spare}\n"))
    return config


def seen(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    found = bytearray()

    def watch() -> None:
        while piece := read(ours):
            found.extend(piece)

    watching = threading.Thread(target=watch)
    watching.start()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        patched.setattr(sys, "stderr", terminal)
        answer(words)
        terminal.flush()
    watching.join()
    os.close(ours)
    return found.decode()


def read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except OSError:  # how a terminal says that the other side has gone
        return b""


@pytest.mark.parametrize("name", COMMANDS)
def test_there_is_colour_on_a_terminal_and_none_where_it_is_not_wanted(
    name: str, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*name.split(), *COMMANDS[name]]
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    painted = seen(monkeypatch, words)
    assert COLOUR.search(painted) or name == "routes test"
    monkeypatch.setenv("NO_COLOR", "1")
    plain = seen(monkeypatch, words)
    assert plain.strip()
    assert "\x1b" not in plain
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in seen(monkeypatch, words)


@pytest.mark.parametrize(("no_color", "term", "wanted"), [("", "xterm", True), ("1", "xterm", False), ("", "dumb", False)])
def test_a_log_on_a_terminal_obeys_too(monkeypatch: pytest.MonkeyPatch, no_color: str, term: str, wanted: bool) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        assert coloured(terminal) is wanted
    os.close(ours)


def test_a_pipe_has_no_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with (tmp_path / "log").open("w") as file:
        assert not coloured(file)


SOURCES = [path for path in (ROOT / "adapters").rglob("*.py") if path.name != "colour.py"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_paints_is_known_here(path: Path) -> None:
    """Click takes colour out of all that it prints where it is not wanted; others ask."""
    text = path.read_text("utf-8")
    if "click.style(" in text or "click.secho(" in text:
        assert path.parent.name == "commands", "what is painted by click is printed by a command"
    if "Console(" in text or re.search(r"\\x1b\[\d+m", text):
        assert "colour" in text, "it asks adapters/colour.py"
