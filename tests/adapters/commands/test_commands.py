"""The command line as a whole: what there is, what is refused, and with which code."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from adapters import app as root
from adapters import commands
from adapters.commands import COMMANDS, answer
from adapters.commands.exits import exit_code
from adapters.node import Taken
from adapters.settings import SettingsError
from router.config.problems import ConfigError
from router.errors import CrossdockError, LedgerBusy, LedgerRefused
from tests.adapters.commands.typing_room import ORDER, Room
from tests.adapters.waiting import until


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_of_the_table_is_there(name: str) -> None:
    command = getattr(importlib.import_module(COMMANDS[name][0]), name)
    assert isinstance(command, click.Command)
    assert command.name == name


def test_help_lists_all_commands_and_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert "CROSSDOCK_LEDGER_URL" in shown


@pytest.mark.parametrize("line", ["-h", "routes -h", "routes check -h"])
def test_help_has_a_short_name_everywhere(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(line.split()) == 0
    assert "-h, --help" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["--version"]) == 0
    assert capsys.readouterr().out.startswith("crossdock 0.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope", "There is no command 'nope'; there are up, run, "),
        ("run nope", "There is no command 'nope'; there are web, inbound, worker."),
        ("up --bogus", "No such option"),
        ("up --workers x", "--workers: 'x' cannot be used."),
        ("", "Usage: crossdock"),
    ],
)
def test_usage_errors_are_2_and_said_on_stderr(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def _fails_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    @click.command()
    def up() -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(importlib, "import_module", lambda name: type("Module", (), {"up": up}))
        return answer(["up"])


def test_what_goes_wrong_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _fails_with(Taken("web runs already."), monkeypatch) == 5
    assert capsys.readouterr().err == "web runs already.\n"
    assert _fails_with(PermissionError(errno.EACCES, "Permission denied", "var/run"), monkeypatch) == 1
    assert capsys.readouterr().err == "Permission denied: var/run\n"


def test_ctrl_c_ends_with_130_and_no_word_of_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _fails_with(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err.strip() == ""
    assert _fails_with(click.Abort(), monkeypatch) == 1, "the end of what is typed"


def test_which_error_ends_with_which_code() -> None:
    assert exit_code(ConfigError([])) == exit_code(SettingsError()) == 2
    assert exit_code(LedgerRefused()) == 5
    assert exit_code(LedgerBusy()) == exit_code(CrossdockError()) == 1


def test_the_door_is_short_and_imports_no_celery_and_no_lxml() -> None:
    root = Path(commands.__file__).parents[2]
    assert len((root / "cli.py").read_text().splitlines()) <= 60
    program = "import cli, sys, adapters.commands.up; print(sorted({'celery', 'kombu', 'lxml'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_what_nobody_foresaw_is_one_line_and_the_log_has_the_rest(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.json("status")

    def broken(settings: object) -> None:
        raise ZeroDivisionError("of redis://u:s3cr3t@host")

    monkeypatch.setattr(root, "open_project", broken)
    for line in ("status", "dlq list", "messages find", "ledger verify", "targets list", "jobs list"):
        assert room.say(*line.split()) == 1
        assert room.out == ""
        assert room.err.count("\n") == 1
        path, id = re.search(r"its traceback is in (\S+) under (\w+):", room.err).groups()  # type: ignore[union-attr]
        text = Path(path).read_text()
        assert Path(path).is_relative_to(room.settings.var)
        assert f" error {id}\nTraceback" in text
        assert "ZeroDivisionError" in text
        assert "s3cr3t" not in room.err + text


def test_a_command_that_cannot_even_be_loaded_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(name: str) -> None:
        raise SyntaxError("half an update")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(importlib, "import_module", broken)
        assert answer(["status"]) == 1
    (kept,) = tmp_path.iterdir()
    assert f"(SyntaxError); its traceback is in {kept} under " in capsys.readouterr().err


DOOR = [sys.executable, str(Path(commands.__file__).parents[2] / "cli.py")]


@pytest.mark.parametrize("line", ["messages find -o jsonl", "messages find", "--help", "dlq --help"])
def test_whoever_closes_the_pipe_hears_nothing_more(room: Room, line: str) -> None:
    room.send("web-orders", ORDER % "7")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run([*DOOR, *line.split()], stdout=pipe, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_no_stdout_at_all_and_one_without_room(room: Room) -> None:
    room.send("web-orders", ORDER % "7")
    words = [*DOOR, "messages", "find", "-o", "id"]
    closed = subprocess.run(
        words, stderr=subprocess.PIPE, timeout=60, check=False, preexec_fn=lambda: os.close(1), stdout=None
    )
    assert (closed.returncode, closed.stderr) == (0, b"")
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"No space left on device\n")


def test_ctrl_c_while_a_command_waits(room: Room) -> None:
    room.send("web-orders", ORDER % "7")
    words = [*DOOR, "status", "--wait-idle", "60s"]
    # Whoever runs the tests in the background may have it ignored.
    as_usual = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=as_usual) as waiting:
        until(lambda: str(room.settings.ledger_path) in open_files(waiting.pid), 30)
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert b"Traceback" not in err


def open_files(pid: int) -> set[str]:
    found = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has closed it meanwhile
            found.add(os.readlink(fd))
    return found
