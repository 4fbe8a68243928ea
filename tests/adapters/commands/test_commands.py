"""The command line as a whole: what there is, what is refused, and with which code."""

from __future__ import annotations

import errno
import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from adapters import commands
from adapters.commands import COMMANDS, answer
from adapters.commands.exits import exit_code
from adapters.node import Taken
from adapters.settings import SettingsError
from router.config.problems import ConfigError
from router.errors import CrossdockError, LedgerBusy, LedgerRefused


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
    assert _fails_with(KeyboardInterrupt(), monkeypatch) == 1


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
