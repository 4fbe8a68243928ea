"""The wall clock of a process tree: set to any time from one instant to the next, while the machine's goes on."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
NANOSECONDS = 1_000_000_000


class WallClock:
    """Processes that are started with `environment`, and theirs, see it; of the steady clock they see the machine's.

    It is a library of our own that stands before C's: with libfaketime 0.9.10 the threads of a process wait for each other
    awake, so that workers did a message a second."""

    def __init__(self, file: Path) -> None:
        """`file` is made, and the library beside it (`.so`). It takes gcc (`make servers`)."""
        gcc, library = compiler(), file.with_suffix(".so")
        assert gcc is not None, "a wall clock takes gcc and libc6-dev: `make servers` installs them"
        subprocess.run([gcc, "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        file.write_bytes(struct.pack("=q", 0))
        self._file = file
        self.environment = {"LD_PRELOAD": str(library), "WALL_CLOCK_FILE": str(file)}

    def set(self, seconds: int) -> None:
        """By so many off the machine's. All see it at once: they have the file's page before them."""
        with self._file.open("r+b") as page:
            page.write(struct.pack("=q", seconds * NANOSECONDS))


def compiler() -> str | None:
    """gcc, where it is and has C's own headers (libc6-dev)."""
    return shutil.which("gcc") if Path("/usr/include/stdlib.h").exists() else None
