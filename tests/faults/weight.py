"""What the processes of a shop weigh while it runs, and whether that stays as it is."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError

from tests.faults.shop import Shop

MIB = 1 << 20
WHOLE = {"web", "inbound", "worker", "child0", "child1"}
"""Without one of them, a shop that has just lost it would be weighed."""
GROWTH = {"descriptors": 1.1, "memory": 1.1, "ledger": 1.25}
"""The median of the last third of the time over that of the one before, at most. A ledger breathes: what is pruned is
pruned in portions."""


def pss(pids: Iterable[int]) -> int:
    """Bytes of memory of these processes, what they share counted once."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total


def descriptors(pids: Iterable[int]) -> int:
    total = 0
    for pid in pids:
        try:
            total += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            continue
    return total


def stored(var: Path) -> int:
    """Bytes of a SQLite ledger on the disk, with its large bodies."""
    total = 0
    for path in (*var.glob("ledger.db*"), *var.glob("blobs/**/*")):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


@dataclass
class Scales:
    """`ledger` gives the bytes of the ledger."""

    shop: Shop
    ledger: Callable[[], int]

    def __post_init__(self) -> None:
        self.seen: dict[str, list[int]] = {name: [] for name in GROWTH}

    async def run(self, every: float) -> None:
        while True:
            await asyncio.to_thread(self.weigh)
            await asyncio.sleep(every)

    def weigh(self) -> None:
        """Of a shop that is whole, before and after, and whose ledger answers."""
        try:
            pids = self.shop.pids()
            found = {"descriptors": descriptors(pids.values()), "memory": pss(pids.values()), "ledger": self.ledger()}
        except (AssertionError, OSError, SubprocessError):
            return
        if pids.keys() >= WHOLE and self.shop.pids() == pids:
            for name, figure in found.items():
                self.seen[name].append(figure)

    def growth(self, name: str) -> float:
        seen = self.seen[name]
        third = len(seen) // 3
        return statistics.median(seen[-third:]) / max(1, statistics.median(seen[-2 * third : -third])) if third else 0.0

    def told(self) -> list[str]:
        """At most, and how the last third stands to the second."""
        most = {name: max(seen, default=0) for name, seen in self.seen.items()}
        figures = {
            "descriptors": f"{most['descriptors']}", "memory": f"{most['memory'] / MIB:.0f} MiB PSS",
            "ledger": f"{most['ledger'] / MIB:.1f} MiB",
        }  # fmt: skip
        return [f"{name} {figures[name]} at most, {self.growth(name):.2f} at last" for name in GROWTH]

    def grown(self) -> list[str]:
        return [f"{name} grew {self.growth(name):.2f} times" for name, most in GROWTH.items() if self.growth(name) > most]
