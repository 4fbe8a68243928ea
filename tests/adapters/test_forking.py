"""Forks of a program of our own, which has no other thread."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from adapters import forking

pytestmark = pytest.mark.skipif(not forking.POSSIBLE, reason="roles are forked on Linux alone")

COMMAND = ["/usr/bin/python3", "/opt/crossdock/cli.py", "run", "web"]
PARENT = """
import json, os, random, sys, threading, uuid_utils
from pathlib import Path
from adapters import forking

{work}

held = open(sys.argv[0])
child = forking.fork(work, {command!r}, {{"X": "1"}}, lambda: None)
print(json.dumps([child.wait(), child.pid, child.wait()]))
"""
ROOT = Path(forking.__file__).parents[1]


def forked(work: str, tmp_path: Path, command: list[str] = COMMAND) -> tuple[Any, str]:
    """What the parent printed, and what the child wrote to stderr."""
    program = tmp_path / ("parent" + "-" * 60 + ".py")
    program.write_text(PARENT.format(work=dedent(work), command=command))
    done = subprocess.run(
        [sys.executable, program], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, input="typed"
    )
    return json.loads(done.stdout), done.stderr


def test_a_fork_is_a_process_of_its_own_that_knows_its_words(tmp_path: Path) -> None:
    (code, pid, again), said = forked(
        """
        def work(words):
            fds = [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
            print(json.dumps({
                "words": words, "argv": sys.argv, "X": os.environ["X"], "pid": os.getpid(), "group": os.getpgrp(),
                "typed": sys.stdin.read(), "fds": sorted(map(int, fds)),
                "called": Path("/proc/self/cmdline").read_bytes().decode().rstrip("\\0").split("\\0"),
            }), file=sys.stdout)
            return 7
        """,
        tmp_path,
    )
    told = json.loads(said)
    assert (code, again) == (7, 7)
    assert told["pid"] == told["group"] == pid
    assert told["words"] == ["run", "web"]
    assert told["argv"] == COMMAND[1:]
    assert told["called"] == COMMAND
    assert told["X"] == "1"
    assert told["typed"] == ""
    assert told["fds"] == [0, 1, 2], "what is open in the parent is closed, and what is said goes where errors go"


def test_where_there_is_no_room_for_its_command_line_its_words_stand_alone(tmp_path: Path) -> None:
    _, said = forked(
        """
        def work(words):
            print(Path("/proc/self/cmdline").read_bytes().rstrip(b"\\0"))
            return 0
        """,
        tmp_path,
        ["/" + "x" * 4000, *COMMAND[1:]],
    )
    assert said.strip() == repr(b"crossdock\0run\0web")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("raise ValueError('broken')", 1, "ValueError: broken"),
        ("sys.exit(5)", 5, ""),
        ("sys.exit('why')", 1, ""),
        ("os.kill(os.getpid(), 9)", -9, ""),
        ("import atexit; atexit.register(print, 'at last'); return 0", 0, "at last"),
        ("threading.Thread(target=lambda: print('a thread')).start(); return 0", 0, "a thread"),
    ],
)
def test_how_it_ends(tmp_path: Path, line: str, code: int, said: str) -> None:
    (ended, *_), written = forked(f"def work(words):\n    {line}\n", tmp_path)
    assert ended == code
    assert said in written
    assert "held" not in written, "nothing of the parent's stack is unwound"


def test_chance_is_not_shared(tmp_path: Path) -> None:
    """Ids that two children make are two."""
    (_, _, _), said = forked(
        """
        def drawn():
            return [random.random(), str(uuid_utils.uuid7())[9:]]

        def work(words):
            print(json.dumps(drawn()))
            return 0

        forking.fork(work, ["", ""], {}, lambda: None).wait()
        """,
        tmp_path,
    )
    first, second = map(json.loads, said.splitlines())
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_what_forks_need_is_loaded_before(tmp_path: Path) -> None:
    (code, *_), _ = forked(
        """
        sys.modules.pop("colorsys", None)
        forking.load(["colorsys"])

        def work(words):
            return 0 if "colorsys" in sys.modules else 3
        """,
        tmp_path,
    )
    assert code == 0
