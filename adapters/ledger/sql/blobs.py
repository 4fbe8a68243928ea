"""Large bodies: one file per message, `blobs/<day>/<message id>`, synced with its folder before the commit."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.disk import sync_folder
from adapters.ledger.sql.database import Run


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


class BlobFolder:
    """All blobs of one ledger, by day (UTC)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._safe = ""
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
