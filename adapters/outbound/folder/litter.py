"""Hidden files that crashes left in an outgoing folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

from adapters.outbound.folder.naming import is_own

WEEK = 7 * 86_400.0
"""Older than any delivery whose outcome can still be unknown."""


def sweep(folder: Path, older_than: float = WEEK, now: float | None = None, final: bool = False) -> int:
    """Removes hidden files that nobody has touched for `older_than` seconds; how many. Final files stay, but in a folder
    of our own (`final`).
    A folder that cannot be listed (not there yet, no permission, a file in its place) is left to those who send there."""
    limit = (time.time() if now is None else now) - older_than
    try:
        with os.scandir(folder) as entries:
            own = [e for e in entries if (final or is_own(e.name)) and e.is_file(follow_symlinks=False)]
    except OSError:
        return 0
    return sum(_remove(Path(entry.path), limit) for entry in own)


def _remove(path: Path, limit: float) -> bool:
    try:
        if os.lstat(path).st_ctime >= limit:
            return False
        path.unlink()
    except OSError:
        return False
    return True
