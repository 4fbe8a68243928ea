"""Processes that are forks of ours: what takes a new interpreter most of a second, the loading of everything, is done once.

A role that was killed works again after the time of its own start alone, and what was loaded stands in memory once.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

POSSIBLE = sys.platform == "linux"
"""Elsewhere system libraries do not outlive a fork."""
MOST_ARENAS, M_ARENA_MAX = 2, -8
"""Of malloc: many grow without use. What runs by itself is told so by MALLOC_ARENA_MAX."""

Work = Callable[[Sequence[str]], int]
"""A command line, and the exit code of what it did."""


class Forked:
    """A child of this process; what `subprocess.Popen` is for one that runs a program."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def wait(self) -> int:
        """The exit code; negative: the signal that killed it."""
        if self._code is None:
            _, status = os.waitpid(self.pid, 0)
            self._code = os.waitstatus_to_exitcode(status)
        return self._code


def load(names: Iterable[str]) -> None:
    """Imports what forks will need. None of it may start a thread, open a connection or draw a random number."""
    for name in names:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # pages of what is never looked at stay shared


def fork(work: Work, command: Sequence[str], environment: Mapping[str, str], born: Callable[[], None]) -> Forked:
    """`work(command[2:])` in a child, which is called `command` in the list of processes: an interpreter, a script, its
    arguments. It gets no input, writes its output where errors go, keeps no file that is open here, and heads a group.
    Called from the main thread of a process that has no other. Raises OSError."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _live(work, command, environment, born)
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    return Forked(pid)


def _live(work: Work, command: Sequence[str], environment: Mapping[str, str], born: Callable[[], None]) -> None:
    """Never returns: what stands above on the stack is the parent's."""
    code = 1
    try:
        born()
        _apart(environment)
        call_itself(command)
        sys.argv = list(command[1:])
        code = work(command[2:])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1 if error.code else 0
    except BaseException:
        traceback.print_exc()
    finally:
        _leave(code)


def _apart(environment: Mapping[str, str]) -> None:
    os.setpgid(0, 0)
    gc.freeze()  # what the parent holds is never let go of here: its files would be closed that are others by now
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.closerange(3, max(map(int, os.listdir("/proc/self/fd"))) + 1)
    os.environ.update(environment)
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST_ARENAS)


def _leave(code: int) -> None:
    """As an interpreter ends: threads, then what libraries do at exit."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def call_itself(command: Sequence[str]) -> None:
    """Writes the command line that `ps` shows over the one that this process was started with, as far as there is room."""
    start, end = _place()
    for words in (command, ["crossdock", *command[2:]]):
        text = b"\0".join(map(os.fsencode, words)) + b"\0"
        if len(text) <= end - start:
            ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)
            return


def _place() -> tuple[int, int]:
    """Where the kernel reads the command line of this process from (proc(5): arg_start, arg_end)."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[45]), int(fields[46])
