"""How much memory a new process may still take: what the machine has, or what the control group leaves, if less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GROUPS = Path("/proc/self/cgroup")
MOUNT = Path("/sys/fs/cgroup")
ENDLESS = 1 << 60
"""Beyond it a limit of a control group means none."""


def available() -> int | None:
    """Bytes; None where nothing says."""
    machine = machine_has()
    left = group_leaves()
    if machine is None or left is None:
        return machine if left is None else left
    return min(machine, left)


def machine_has() -> int | None:
    for line in read(MEMINFO).splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None


def group_leaves() -> int | None:
    """Of the tightest group that this process is in; None where none has a limit."""
    left = [limit - used for limit, used in limits()]
    return max(0, min(left)) if left else None


def limits() -> Iterator[tuple[int, int]]:
    """(limit, used) of each group up to the root, of both versions of control groups."""
    for line in read(GROUPS).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from climbed(MOUNT, path, "memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            yield from climbed(MOUNT / "memory", path, "memory.limit_in_bytes", "memory.usage_in_bytes")


def climbed(mount: Path, path: str, limit: str, used: str) -> Iterator[tuple[int, int]]:
    folder = mount / path.lstrip("/")
    for place in (folder, *folder.parents):
        most, now = read(place / limit).strip(), read(place / used).strip()
        if most.isdecimal() and now.isdecimal() and int(most) < ENDLESS:
            yield int(most), int(now)
        if place == mount:
            return


def read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
