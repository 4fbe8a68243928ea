"""A small disk of its own, and somebody else who fills it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECE = 64 * 1024


class NoDisk(Exception):
    """This user may not mount a file system."""


class Disk:
    """`filler` is the file of the one who fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "somebody-elses"
        self.full: list[tuple[float, float]] = []
        """From when to when not one more byte could be written; seconds of the monotonic clock."""
        self._since = 0.0

    @property
    def left(self) -> int:
        return shutil.disk_usage(self.folder).free

    def fill(self, leave: int = 0) -> None:
        """Until so many bytes are free at most; 0: until not one more can be written."""
        self._since = self._since or (time.monotonic() if not leave else 0.0)
        with self.filler.open("ab", buffering=0) as file:
            size = PIECE
            while size and self.left > leave:
                try:
                    size = min(size, max(self.left - leave, 1))
                    file.write(bytes(size))
                except OSError:
                    size //= 2

    def free(self) -> None:
        self.filler.unlink(missing_ok=True)
        if self._since:
            self.full.append((self._since, time.monotonic()))
        self._since = 0.0


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Disk]:
    """A file system of `size` bytes in memory. Raises NoDisk."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        raise NoDisk(mounted.stderr.decode().strip())
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
