from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import host
from tests.adapters.commands.typing_room import Room

ASK = """
source "$SCRIPT"
compopt() { :; }
COMP_WORDBREAKS="${BREAKS-$COMP_WORDBREAKS}"
COMP_LINE="$LINE"; COMP_POINT=${#COMP_LINE}
_crossdock_completion crossdock
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def bash(room: Room, tmp_path: Path) -> Bash:
    return Bash(room, tmp_path)


class Bash:
    """A shell in the project's folder that has read the script."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.folder = room.folder
        self.path = folder / "bin"
        self.path.mkdir()
        program = self.path / "crossdock"
        program.write_text(f'#!/bin/sh\nexec {" ".join(host.command())} "$@"\n')
        program.chmod(0o755)
        assert room.say("completion", "bash") == 0
        (self.path / "script").write_text(room.out)

    def offers(self, line: str, breaks: str | None = None) -> list[str]:
        environ = {**os.environ, "PATH": f"{self.path}:{os.environ['PATH']}", "SCRIPT": str(self.path / "script"),
                   "LINE": line, **({"BREAKS": breaks} if breaks is not None else {})}  # fmt: skip
        answered = subprocess.run(
            ["bash", "--norc", "-c", ASK], cwd=self.folder, env=environ, capture_output=True, text=True, check=True
        )
        assert answered.stderr == ""
        return answered.stdout.split()


def test_commands_and_options_are_offered(bash: Bash) -> None:
    assert bash.offers("crossdock ro") == ["routes"]
    assert bash.offers("crossdock run ") == ["web", "inbound", "worker"]
    assert bash.offers("crossdock dlq requ") == ["requeue"]
    assert "--dry-run" in bash.offers("crossdock dlq requeue --d")


def test_what_stands_behind_a_colon_is_offered_as_bash_breaks_words(room: Room, bash: Bash) -> None:
    id = room.dead_delivery()
    message = id.partition(":")[0]
    assert bash.offers("crossdock dlq show ") == [id]
    assert bash.offers(f"crossdock dlq show {message}:e") == ["erp"]
    assert bash.offers(f"crossdock dlq show {message}:e", breaks=" \t\n") == [id]


def test_without_a_project_nothing_is_offered_and_nothing_is_said(bash: Bash, tmp_path: Path) -> None:
    bash.folder = tmp_path / "bin"
    assert bash.offers("crossdock dlq show ") == []
    assert bash.offers("crossdock routes show ") == []


def test_other_shells_have_a_script_too(room: Room) -> None:
    assert room.say("completion", "zsh") == 0
    assert room.out.startswith("#compdef crossdock\n")
    assert room.say("completion", "fish") == 0
    assert "complete --no-files --command crossdock" in room.out
    assert room.say("completion", "cmd") == 2


def test_a_shell_is_not_kept_waiting_by_what_only_the_work_needs(room: Room) -> None:
    room.dead_delivery()
    program = (
        "import sys\nfrom adapters.commands import answer\n"
        "try:\n    answer([])\nfinally:\n"
        "    print([m for m in ('celery', 'kombu', 'aiohttp', 'lxml', 'jinja2', 'marshmallow') if m in sys.modules])"
    )
    for words in ("dlq show ", "routes show ", "targets pause ", "messages trace "):
        environ = {**os.environ, "_CROSSDOCK_COMPLETE": "bash_complete", "COMP_LINE": f"crossdock {words}"}
        answered = subprocess.run(
            [sys.executable, "-P", "-c", program], cwd=room.folder, env=environ, capture_output=True, text=True, check=True
        )
        *offered, loaded = answered.stdout.splitlines()
        assert loaded == "[]", words
        assert offered, words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_may_ask_for_its_script_by_the_variable(room: Room, shell: str) -> None:
    """`eval "$(_CROSSDOCK_COMPLETE=bash_source crossdock)"`."""
    environ = {**os.environ, "_CROSSDOCK_COMPLETE": f"{shell}_source"}
    answered = subprocess.run(host.command(), cwd=room.folder, env=environ, capture_output=True, text=True, check=True)
    assert room.say("completion", shell) == 0
    assert answered.stdout.strip() == room.out.strip()
    assert answered.stderr == ""
