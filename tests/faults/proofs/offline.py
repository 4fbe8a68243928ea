"""Promises 2, 4, 5 and 7, by a line to the centre that is refused while a store sells what it sells in a day: it sells on, in
bounded memory, and when the line is back each sale arrives once, in order per till, at a bounded rate. The number of sales is
that of a day, its hours are not played: the line is away for as long as it takes to sell so much."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import suppress

from tests.faults.edge import Pair
from tests.faults.line import OPEN
from tests.faults.proof import Proof, Report, Terms

TILLS = 20
RATE = 200
"""Sales a second at which the store may catch up."""
MOST = 350 * 2**20
"""Bytes of memory of all of the store's processes."""
GROWTH, OVER = 1.1, 1.1
MIB = 2**20


class Gauge:
    """Memory of the store, a figure a second: what its processes share is counted once (PSS)."""

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


async def play(terms: Terms) -> Report:
    sales = terms.of(400, 200_000)
    report = Report(f"{sales} sales of {TILLS} tills while the line was refused", accepted=sales)
    async with Pair(terms.folder, RATE) as pair:
        gauge = Gauge(pair)
        gauging = asyncio.create_task(gauge.run())
        try:
            await away(pair, report, sales)
            speed = await back(pair, sales)
            await pair.proved()
        except AssertionError as error:
            report.wrong.append(str(error))
            speed = 0.0
        report.delivered = pair.booked()
        gauging.cancel()
        with suppress(asyncio.CancelledError):
            await gauging
    report.lost = max(0, sales - report.delivered)
    report.notes.append(f"caught up at {speed:.0f} a second of {RATE}")
    report.wrong += [f"caught up at {speed:.0f} a second of {RATE}"] if speed > RATE * OVER else []
    weigh(report, gauge, terms.long)
    return report


async def away(pair: Pair, report: Report, sales: int) -> None:
    empty = pair.store.stored()
    selling = await pair.sell(TILLS, sales // TILLS)
    size = (pair.store.stored() - empty) / sales
    report.notes.append(f"{selling:.0f} taken a second, {size:.0f} bytes of ledger each")
    if early := pair.booked():
        report.wrong.append(f"{early} were booked while the line was refused")


async def back(pair: Pair, sales: int) -> float:
    """Sales that were booked in a second."""
    await pair.line.become(OPEN)
    while not pair.booked():
        await asyncio.sleep(0.05)
    first, began = pair.booked(), time.monotonic()
    await pair.caught_up(60 + 3 * sales / RATE)
    return (sales - first) / (time.monotonic() - began)


def weigh(report: Report, gauge: Gauge, long: bool) -> None:
    """Whether memory is flat shows in a long run only."""
    top = max(gauge.seen)
    report.notes.append(f"peak PSS of the store {top / MIB:.0f} MiB of {MOST / MIB:.0f}")
    report.wrong += [f"memory {top / MIB:.0f} MiB, over {MOST / MIB:.0f}"] if top > MOST else []
    if long:
        report.notes.append(f"the last third of the time has {gauge.growth:.2f} of the memory of the second")
        report.wrong += [f"memory grew {gauge.growth:.2f} times"] if gauge.growth > GROWTH else []


PROOF = Proof(
    "offline", 15, "a store that sells for a day while its centre is away", play, ("sqlite-valkey",),
    elsewhere="a store runs on the embedded default",
)  # fmt: skip
