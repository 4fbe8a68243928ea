"""Watches the ledger's write lock: a process that was stopped while it held the lock would stop everybody."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable
from pathlib import Path

import structlog

PATIENCE = 5
"""Looks in a row, one a second, that find the same owner stopped."""

log = structlog.get_logger("crossdock.up")


class FrozenOwner:
    """`ours(pid)` says whether a process is one that may be killed: a pid in the file may be old news."""

    def __init__(self, path: Path, ours: Callable[[int], bool]) -> None:
        self._path = path
        self._ours = ours
        self._suspect = 0
        self._seen = 0

    def look(self) -> int:
        """The pid of the owner that was killed now, else 0."""
        pid = self._holder()
        if not pid or not stopped(pid) or not self._held():
            self._suspect = 0
            return 0
        self._seen = self._seen + 1 if pid == self._suspect else 1
        self._suspect = pid
        if self._seen < PATIENCE or not self._ours(pid):
            return 0
        log.error("a frozen process held the ledger's lock and was killed", action="frozen_killed", pid=pid)
        os.kill(pid, signal.SIGKILL)
        return pid

    def _holder(self) -> int:
        try:
            return int(self._path.read_bytes()[:20].strip() or 0)
        except (OSError, ValueError):
            return 0

    def _held(self) -> bool:
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(fd)
        return False


def stopped(pid: int) -> bool:
    """Whether a process stands still (SIGSTOP)."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"
    except (OSError, IndexError):
        return False
