"""How much memory a process and its children took: read from /proc."""

from __future__ import annotations

import re
from pathlib import Path


def family(pid: int) -> list[int]:
    """The process and all below it that live."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def peak(pid: int) -> float:
    """MiB of RSS at its highest, of the one process that took most."""
    return max(field(one, "status", "VmHWM") for one in family(pid))


def proportional(pid: int) -> float:
    """MiB of PSS of all together, now."""
    return sum(field(one, "smaps_rollup", "Pss") for one in family(pid))


def field(pid: int, file: str, name: str) -> float:
    try:
        text = Path(f"/proc/{pid}/{file}").read_text()
    except OSError:
        return 0.0
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
