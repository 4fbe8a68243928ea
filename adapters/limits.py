"""Limits that all worker children of a host share, kept in files under var/: they outlive nothing and block nobody.

Slots are byte locks: the kernel frees them when their process dies. A rate is one number, the time of the next send.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from adapters.frozen import stopped

FLOCK = struct.Struct("hhqqi4x")
"""`struct flock`: type, whence, start, length, pid."""
LOOK_EVERY = 1.0


class FileSlots:
    """Sends of a connection in flight on this host: slot n is a lock on byte n of the connection's file. Those
    given back last are tried first, since a search among many taken ones is slow; an only child keeps their locks. Where
    all are taken, those of processes that stand still do not count: they send nothing."""

    def __init__(self, folder: Path, children: int = 1) -> None:
        self._folder = folder
        self._children = max(1, children)
        self._files: dict[str, int] = {}
        self._busy: dict[str, set[int]] = {}
        self._last: dict[str, list[int]] = {}
        self._still: dict[str, tuple[float, int]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, connection: str, limit: int) -> int | None:
        last = self._last.setdefault(connection, [])
        busy = self._busy.setdefault(connection, set())
        while last:
            slot = last.pop()
            if slot < limit and (self._children == 1 or self._lock(connection, slot)):
                busy.add(slot)
                return slot
        start = os.getpid() % limit
        found = self._first(connection, ((start + n) % limit for n in range(limit)))
        if found is None:
            found = self._first(connection, range(limit, limit + self._standing(connection, limit)))
        return found

    def _first(self, connection: str, slots: Iterable[int]) -> int | None:
        busy = self._busy[connection]
        for slot in slots:
            if slot not in busy and self._lock(connection, slot):
                busy.add(slot)
                return slot
        return None

    def _standing(self, connection: str, limit: int) -> int:
        """How many slots processes have that stand still; looked at once a second."""
        if self._children == 1:
            return 0
        now = time.monotonic()
        at, found = self._still.get(connection, (0.0, 0))
        if now - at >= LOOK_EVERY:
            holders = Counter(self._holder(connection, slot) for slot in range(limit))
            found = sum(many for pid, many in holders.items() if pid > 0 and stopped(pid))
            self._still[connection] = now, found
        return found

    def _holder(self, connection: str, slot: int) -> int:
        """The pid of another process that has a slot; 0 where none has."""
        asked = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, slot, 1, 0)
        kind, _, _, _, pid = FLOCK.unpack(fcntl.fcntl(self._file(connection), fcntl.F_GETLK, asked))
        return 0 if kind == fcntl.F_UNLCK else int(pid)

    def give(self, connection: str, slot: int) -> None:
        self._busy[connection].discard(slot)
        self._last[connection].append(slot)
        if self._children > 1:
            fcntl.lockf(self._file(connection), fcntl.LOCK_UN, 1, slot)

    def _lock(self, connection: str, slot: int) -> bool:
        try:
            fcntl.lockf(self._file(connection), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True

    def _file(self, connection: str) -> int:
        if connection not in self._files:
            path = self._folder / f"{connection}.slots"
            self._files[connection] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._files[connection]


class FileRates:
    """Sends a second of a connection on this host (generic cell rate: evenly spaced)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, connection: str, rate: float, count: int) -> float:
        return self.count(connection, rate, count)

    def count(self, connection: str, rate: float, count: int) -> float:
        """Seconds until the last of them may go."""
        file = self._file(connection)
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            raw = os.pread(file, 8, 0)
            next_at = struct.unpack("d", raw)[0] if len(raw) == 8 else 0.0
            if next_at > now + 3600:
                next_at = 0.0  # of an earlier boot
            start = max(now, next_at)
            os.pwrite(file, struct.pack("d", start + count / rate), 0)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
        return start + (count - 1) / rate - now

    def _file(self, connection: str) -> int:
        if connection not in self._files:
            path = self._folder / f"{connection}.rate"
            self._files[connection] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._files[connection]
