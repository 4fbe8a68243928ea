"""Large bodies: one file per message, `blobs/<day>/<message id>`, synced with its folder before the commit."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from adapters.disk import sync_folder
from adapters.ledger.sql.database import Run

LIVELY_NS = 60_000_000_000
"""So long after the last change in it a day's folder is measured anew at each look."""


class Blob:
    """A body being written. Its lock says that somebody still works on it, so that pruning leaves it alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def finish(self) -> tuple[int, bytes]:
        os.fdatasync(self._fd)
        sync_folder(self.path.parent)
        return self._size, self._hash.digest()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)


class Day(NamedTuple):
    """A day's folder as it was measured: when its names and when anything in it changed last (ns), the bytes in it."""

    folder: int
    last: int
    size: int


NOT_MEASURED = Day(0, 0, 0)


class BlobFolder:
    """All blobs of one ledger, by day (UTC)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._safe = ""
        self._days: dict[str, Day] = {}
        root.mkdir(parents=True, exist_ok=True)

    def new(self, message_id: str) -> Blob:
        day = self.root / datetime.now(UTC).strftime("%Y-%m-%d")
        if day.name != self._safe or not day.is_dir():
            self._begin(day)
        return Blob(day / message_id)

    def _begin(self, day: Path) -> None:
        """Each process makes the day's folder safe for itself: another one may have made it, and not have come further."""
        day.mkdir(exist_ok=True)
        sync_folder(self.root)
        sync_folder(self.root.parent)
        self._safe = day.name

    def name(self, path: Path) -> str:
        """As the ledger stores it: from the root, so that the folder may move."""
        return str(path.relative_to(self.root))

    def path(self, name: str) -> Path:
        return self.root / name

    def keep(self, run: Run, rows: Iterable[tuple[Any, ...]]) -> None:
        """Inside the accepting transaction, with the rows of its messages: the files are the store, and synced."""

    def forget(self, run: Run, first: int, last: int) -> None:
        """Inside the transaction that removes the messages `first` to `last` (seqs)."""

    def size(self, name: str) -> int:
        """Bytes that are stored of a body. Raises OSError."""
        return self.path(name).stat().st_size

    def used(self) -> int:
        """Bytes of all of them. A day's folder where nothing comes or goes any more is not measured again."""
        with os.scandir(self.root) as entries:
            days = {day.path: day.stat().st_mtime_ns for day in entries if day.is_dir(follow_symlinks=False)}
        known, self._days = self._days, {}
        for path, changed in days.items():
            measured = known.get(path, NOT_MEASURED)
            if measured.folder != changed or measured.last > time.time_ns() - LIVELY_NS:
                measured = measure(path, changed)
            self._days[path] = measured
        return sum(day.size for day in self._days.values())

    def orphans(self, known: Callable[[str], bool], age: float) -> Iterator[Path]:
        """Blobs older than `age` seconds that no message refers to and nobody writes."""
        for path in self.root.glob("*/*"):
            try:
                old = path.stat().st_mtime < time.time() - age
            except OSError:
                continue
            if old and not known(self.name(path)) and not locked(path):
                yield path

    def free(self) -> int:
        """Bytes left on the disk."""
        return shutil.disk_usage(self.root).free


def measure(folder: str, changed: int) -> Day:
    """Of its files that are still there."""
    size, last = 0, changed
    with suppress(FileNotFoundError), os.scandir(folder) as files:
        for file in files:
            with suppress(FileNotFoundError):
                found = file.stat(follow_symlinks=False)
                size, last = size + found.st_size, max(last, found.st_mtime_ns)
    return Day(changed, last, size)


def locked(path: Path) -> bool:
    """Whether a process still writes this blob."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
