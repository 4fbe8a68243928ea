"""`python -m tests.faults.offline [--sales N] [--rate N]`: how much memory and disk a store needs whose centre is away while it
sells, and how fast it catches up. Ends with 1 where a sale is lost, doubled or out of order, or a bound is passed.

The line is refused for as long as it takes to sell so much: the number of sales is that of a day, the hours are not played.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.edge import Pair
from tests.faults.line import OPEN

TILLS = 20
MOST = 350 * 2**20
"""Bytes of memory of all of the store's processes."""
GROWTH, OVER = 1.1, 1.1


class Gauge:
    """Memory of the store, a figure a second."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.seen: list[int] = []

    async def run(self) -> None:
        while True:
            self.seen.append(await asyncio.to_thread(self._pair.store.pss))
            await asyncio.sleep(1)

    @property
    def growth(self) -> float:
        """The last third over the one before it."""
        third = len(self.seen) // 3
        return statistics.mean(self.seen[-third:]) / statistics.mean(self.seen[-2 * third : -third])


async def played(folder: Path, sales: int, rate: int) -> list[str]:
    """The bounds that were passed."""
    async with Pair(folder, rate) as pair:
        gauge, empty = Gauge(pair), pair.store.stored()
        gauging = asyncio.create_task(gauge.run())
        selling = await pair.sell(TILLS, sales // TILLS)
        size, offline, early = (pair.store.stored() - empty) / sales, max(gauge.seen), pair.booked()
        await pair.line.become(OPEN)
        while not pair.booked():
            await asyncio.sleep(0.05)
        first, began = pair.booked(), time.monotonic()
        await pair.caught_up(60 + 3 * sales / rate)
        speed = (sales - first) / (time.monotonic() - began)
        gauging.cancel()
        await asyncio.gather(gauging, return_exceptions=True)
        await pair.proved()
    top = max(gauge.seen)
    print(f"{sales} sales of {TILLS} tills offline, {selling:.0f} taken a second, {size:.0f} bytes of ledger each")
    print(f"caught up at {speed:.0f} a second of {rate}; lost 0, doubled 0, out of order 0")
    print(f"memory {offline / 2**20:.0f} MiB offline, {top / 2**20:.0f} at most; last third {gauge.growth:.2f} of the second")
    found = [f"{early} were booked while the line was refused"] if early else []
    found += [f"memory {top / 2**20:.0f} MiB, over {MOST / 2**20:.0f}"] if top > MOST else []
    found += [f"memory grew {gauge.growth:.2f} times"] if gauge.growth > GROWTH else []
    return found + ([f"caught up at {speed:.0f} a second of {rate}"] if speed > rate * OVER else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sales", type=int, default=200_000)
    parser.add_argument("--rate", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crossdock-offline-", ignore_cleanup_errors=True) as folder:
        found = asyncio.run(played(Path(folder), options.sales, options.rate))
    for line in found:
        print(f"broken: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
