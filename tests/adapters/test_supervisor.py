"""The supervisor as a real process over small children."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.node import start_of
from adapters.processes import die_with_parent
from adapters.supervisor import is_ours
from tests.adapters.waiting import until

PROGRAM = Path(__file__).with_name("supervisor_program.py")
ROOT = Path(__file__).parents[2]
Part = tuple[str, int, str, list[str], bool]
HOST: list[Part] = [
    ("broker", 2, "plain", [], True), ("web", 0, "plain", ["broker"], False), ("worker", 1, "plain", ["broker"], False),
]  # fmt: skip


@dataclass
class Running:
    process: subprocess.Popen[str]
    folder: Path

    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def pids(self, name: str) -> list[int]:
        return [int(n.split()[2]) for n in self.notes() if n.startswith(f"{name} starts")]

    def said(self) -> str:
        return (self.folder / "stderr").read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def supervising(folder: Path, parts: list[Part], patience: float = 14.5) -> Iterator[Running]:
    (folder / "run").mkdir()
    parent = os.getpid()
    with open(folder / "stderr", "w") as stderr:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder), json.dumps(parts), str(patience)], stderr=stderr, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=lambda: die_with_parent(parent),
        )  # fmt: skip
        try:
            yield Running(process, folder)
        finally:
            process.kill()
            process.wait()


def test_it_starts_in_order_says_ready_once_and_drains_in_order(tmp_path: Path) -> None:
    with supervising(tmp_path, HOST) as up:
        until(lambda: "ready\n" in up.said())
        assert up.notes()[0].startswith("broker starts")
        assert up.end() == 0
        assert [n for n in up.notes() if "told" in n] == [
            "web is told to end", "worker is told to end", "broker is told to end",
        ]  # fmt: skip
        assert up.said().count("ready\n") == 1


@pytest.mark.parametrize("name", ["broker", "web", "worker"])
def test_a_child_that_was_killed_is_started_again(tmp_path: Path, name: str) -> None:
    with supervising(tmp_path, HOST) as up:
        until(lambda: "ready\n" in up.said())
        os.kill(up.pids(name)[0], signal.SIGKILL)
        until(lambda: len(up.pids(name)) == 2)
        until(lambda: up.said().count(f"{name} is ready") == 2)
        assert f"{name} ended (killed by SIGKILL), starts again in 0.2 s" in up.said()
        assert up.end() == 0


def test_all_children_die_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with supervising(tmp_path, HOST) as up:
        until(lambda: "ready\n" in up.said())
        up.process.kill()
        until(lambda: all(start_of(pid) is None for name in ("broker", "web", "worker") for pid in up.pids(name)))


WAITS = "from adapters.supervisor import _wait; print('waits', flush=True); print(len(_wait(0.2)), flush=True)"


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_one_that_was_stopped_goes_on_when_it_is_continued(number: int) -> None:
    """Ctrl-Z, and `fg`: the time for which it waits for signals passes while it stands still."""
    words = [sys.executable, "-c", WAITS]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, process_group=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        process.send_signal(number)
        until(lambda: stopped(process.pid))
        over = time.monotonic() + 0.4
        until(lambda: time.monotonic() > over)  # its own 0.2 s pass while it stands still
        process.send_signal(signal.SIGCONT)
        assert process.stdout.read() == "0\n"


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_second_ctrl_c_is_harmless(tmp_path: Path) -> None:
    with supervising(tmp_path, HOST) as up:
        until(lambda: "ready\n" in up.said())
        up.process.send_signal(signal.SIGINT)
        up.process.send_signal(signal.SIGINT)
        assert up.end(signal.SIGINT) == 0


def test_what_a_dead_child_left_behind_is_killed(tmp_path: Path) -> None:
    with supervising(tmp_path, [("web", 0, "family", [], False)]) as up:
        until(lambda: "ready\n" in up.said())
        left = int((tmp_path / "grandchild").read_text())
        os.kill(up.pids("web")[0], signal.SIGKILL)
        until(lambda: start_of(left) is None)


@pytest.mark.parametrize("code", [2, 5])
def test_a_child_that_no_restart_helps_ends_the_start_with_its_code(tmp_path: Path, code: int) -> None:
    with supervising(tmp_path, [HOST[0], ("web", 0, f"exit{code}", [], False)]) as up:
        assert up.process.wait(20) == code
        assert up.notes().count("web exits") == 1
        assert all(start_of(pid) is None for pid in up.pids("broker"))


def test_a_child_that_fails_at_its_start_is_tried_again_ever_more_slowly(tmp_path: Path) -> None:
    with supervising(tmp_path, [("web", 0, "exit1", [], False)]) as up:
        until(lambda: up.notes().count("web exits") >= 3)
        assert up.end() == 0
        said = up.said()
        assert "web ended (exit 1), starts again in 0.2 s" in said
        assert "web ended (exit 1), starts again in 0.4 s" in said
        assert int((tmp_path / "web.troubled").read_text()) >= 2
        assert "ready\n" not in said


def test_what_does_not_end_is_killed_and_said(tmp_path: Path) -> None:
    with supervising(tmp_path, [("worker", 1, "stubborn", [], False)], 0.5) as up:
        until(lambda: "ready\n" in up.said())
        assert up.end() == 1
        assert "worker had to be killed" in up.said()
        assert start_of(up.pids("worker")[0]) is None


def test_only_processes_of_our_children_are_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, process_group=0) as child:
        assert is_ours(child.pid)
        child.kill()
    assert not is_ours(1)
