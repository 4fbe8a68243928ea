"""Promise 2, by clocks: the wall clock of a running shop is set forward and back by an hour and more, again and again; and
where hosts share a ledger, a second host runs five minutes ahead. Leases, retries and breakers do no harm by it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import Shop, until

HOUR = 3600
AHEAD = 300
"""Seconds by which the second host's clock is ahead."""
SEEN = 1
"""Seconds until a process looks at the clock's setting again."""
FLAWS = 40
"""Every so many sends fail: retries wait for an hour of a clock when it is set."""


SLEEP = """\
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""
"""libfaketime 0.9.10, which is Debian's, reckons with the wall clock where Python sleeps by the steady one."""


class WallClock:
    """The wall clock of a process tree, by libfaketime. What runs by the steady clock goes on as it did."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.set(0)
        (file.parent / "sitecustomize").mkdir(exist_ok=True)
        (file.parent / "sitecustomize" / "sitecustomize.py").write_text(SLEEP)
        library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        self.environment = {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(file.parent / "sitecustomize"), os.environ.get("PYTHONPATH")))),
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": str(SEEN),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        }  # fmt: skip

    def set(self, seconds: int) -> None:
        """By so many off the machine's."""
        temp = self.file.with_suffix(".new")
        temp.write_text(f"{seconds:+d}\n")
        temp.rename(self.file)


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
    # libfaketime has its price at each wait for a server: pairs come one a second there
    arrivals, of_two = (30, 60) if terms.engines.postgresql is not None else (terms.of(30, 100), 0)
    async with Day(terms, Flaws(), environment=clock.environment) as day:
        await day.flows(30)
        for seconds in (HOUR, -HOUR, *times, 0):
            clock.set(seconds)
            day.struck(f"clock at {seconds:+d} s")
            await asyncio.sleep(SEEN + 0.5)  # the setting is seen by all
            await day.flows(arrivals)
        did = f"the clock set {len(times) + 3} times"
        if terms.engines.postgresql is not None:
            with second_host(terms.folder, day.shop) as log:
                await until(lambda: b"\nready http" in log.read_bytes(), 30)
                await day.flows(of_two)
            did += f", a host {AHEAD} s ahead beside it"
        report = await day.finish(did)
    report.limit = 32.0  # a lease and 2 s: no clock is waited for
    return report


@contextmanager
def second_host(folder: Path, shop: Shop) -> Iterator[Path]:
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
        assert process.wait(30) == 0, f"the second host ended badly after {time.monotonic() - began:.0f} s"


PROOF = Proof("clocks", 6, "the wall clock set forward and back by hours; hosts five minutes apart", play)
