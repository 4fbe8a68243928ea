"""Stops a process for real: a signal is on its way when `kill` returns, and its threads run on until each has heard of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.adapters.waiting import until


def stop_whole(pid: int, patience: float = 5.0) -> None:
    """SIGSTOP, heard by all threads of a process. Raises ProcessLookupError where there is none."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: all(state in "TtZX" for state in states(pid)), patience)


def states(pid: int) -> list[str]:
    """The state of each thread, as /proc has it. Raises ProcessLookupError."""
    try:
        return [read(task) for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        raise ProcessLookupError(pid) from None


def read(task: Path) -> str:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"  # this thread has ended
