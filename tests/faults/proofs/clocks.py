"""Promise 2, by clocks: the wall clock of a running shop is set forward and back by an hour and more, again and again; and
where hosts share a ledger, a second host runs five minutes ahead. Leases, retries and breakers do no harm by it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import Shop, until
from tests.faults.wall_clock import WallClock

HOUR = 3600
AHEAD = 300
"""Seconds by which the second host's clock is ahead."""
FLAWS = 40
"""Every so many sends fail: retries wait for an hour of a clock when it is set."""


class Flaws:
    """Answers of a system that is away for a moment now and then."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, kind: str, body: object) -> int:
        self.calls += 1
        return 503 if self.calls % FLAWS == 0 else 200


async def play(terms: Terms) -> Report:
    clock = WallClock(terms.folder / "clock")
    times = terms.chance.choices((HOUR, -HOUR, 2 * HOUR, -2 * HOUR, 17, -17), k=terms.of(3, 20))
    arrivals = terms.of(30, 100)
    async with Day(terms, Flaws(), environment=clock.environment) as day:
        await day.flows(30)
        for seconds in (HOUR, -HOUR, *times, 0):
            clock.set(seconds)
            day.struck(f"clock at {seconds:+d} s")
            await day.flows(arrivals)
        did = f"the clock set {len(times) + 3} times"
        if terms.engines.postgresql is not None:
            async with second_host(terms.folder, day.shop) as log:
                await until(lambda: b"\nready http" in log.read_bytes(), 30)
                await day.flows(arrivals)
            did += f", a host {AHEAD} s ahead beside it"
        report = await day.finish(did)
    report.limit = 32.0  # a lease and 2 s: no clock is waited for
    return report


@asynccontextmanager
async def second_host(folder: Path, shop: Shop) -> AsyncIterator[Path]:
    """On the same project, ledger and broker, ahead of the first; yields its log."""
    clock = WallClock(folder / "clock-ahead")
    clock.set(AHEAD)
    log = folder / "ahead.log"
    words = shop.crossdock(
        "up", "--var", str(folder / "ahead"), "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--workers", "1"
    )
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, stdout=out, stderr=out, cwd=shop.folder, env={**os.environ, **clock.environment}
        )
    try:
        yield log
    finally:
        process.terminate()
        began = time.monotonic()
        code = await asyncio.to_thread(process.wait, 30)
        assert code == 0, f"the second host ended with {code} after {time.monotonic() - began:.0f} s"


PROOF = Proof("clocks", 6, "the wall clock set forward and back by hours; hosts five minutes apart", play)
