"""Promise 6, by a target that gives no answer at all while thousands of deliveries wait for it: the fast one beside it keeps
its rate and its latency. Both are measured alone and beside the hanging one, in turn, and compared by the median of all
rounds, in the long form only: a busy machine would fool a short one. In each form all of the fast one arrives while the other
hangs, through the end of a shift too, which has sends on their way that do not come back."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from tests.faults import judge
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import Shop, until
from tests.faults.sink import Sink

ROUTES = """
version: 1
connections:
  tortoise: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 100s, in_flight: 16, breaker: {{open_after: 1000}}}}
  hare: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 20s, in_flight: 16}}
routes:
  slow:
    from: {{http: /slow, clients: anyone}}
    to: [{{id: erp, send: {{http: tortoise, path: /slow}}}}]
  fast:
    from: {{http: /fast, clients: anyone}}
    to: [{{id: erp, send: {{http: hare, path: /fast}}}}]
"""
KEPT = 0.9
"""Of the rate, and of the latency as its inverse."""
CLIENTS = 6
ROOM = 150
"""Accepted and not yet arrived: callers at full load wait then."""
PAUSE = 0.02
"""Seconds between two messages where latency is measured: nothing queues up there."""
SHIFT = 10.0
"""Seconds of a worker's shift."""


class Tortoise:
    """`waiting` requests hang until it is awake."""

    def __init__(self) -> None:
        self.waiting = 0
        self.awake = asyncio.Event()

    async def answer(self, kind: str, body: Any) -> int:
        if kind == "slow":
            self.waiting += 1
            await self.awake.wait()
            self.waiting -= 1
        return 200


@dataclass(frozen=True)
class Figures:
    """Of the fast target: arrivals a second at full load; seconds from the 202 to the arrival, the median and the worst."""

    rate: float
    latency: float
    worst: float


class Yard:
    """A shop with both targets, and its callers."""

    def __init__(self, shop: Shop, sink: Sink) -> None:
        self.shop, self.sink = shop, sink
        self._numbers = {kind: itertools.count(1) for kind in ("slow", "fast")}

    def open(self, kind: str) -> int:
        return len(self.shop.accepted[kind]) - len(self.sink.keys[kind])

    async def call(self, kind: str, session: ClientSession) -> None:
        body = {"n": next(self._numbers[kind])}
        async with session.post(f"{self.shop.url}/{kind}", json=body) as answer:
            assert answer.status == 202, await answer.text()
            await answer.read()
            self.shop.accepted[kind].append({**body, "at": time.monotonic()})

    async def fill(self, count: int) -> None:
        """So many for the target that hangs."""
        goal = len(self.shop.accepted["slow"]) + count - CLIENTS

        async def client(session: ClientSession) -> None:
            while len(self.shop.accepted["slow"]) <= goal:
                await self.call("slow", session)

        await self._callers(client)

    async def measure(self, full: float, quiet: float) -> Figures:
        """So many seconds of full load for the rate, and of a calm one for the latency. All has arrived then."""
        began, before = time.monotonic(), len(self.sink.keys["fast"])

        async def client(session: ClientSession) -> None:
            while time.monotonic() < began + full:
                await (self.call("fast", session) if self.open("fast") < ROOM else asyncio.sleep(0.002))

        await self._callers(client)
        rate = (len(self.sink.keys["fast"]) - before) / (time.monotonic() - began)
        await self.arrived("fast")
        first, calm = len(self.shop.accepted["fast"]), time.monotonic()
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:
            while time.monotonic() < calm + quiet:
                await self.call("fast", session)
                await asyncio.sleep(PAUSE)
        await self.arrived("fast")
        waits = self._waits(first)
        return Figures(rate, statistics.median(waits), max(waits))

    async def arrived(self, kind: str, seconds: float = 60) -> None:
        await until(lambda: self.open(kind) <= 0, seconds)

    async def _callers(self, client: Any) -> None:
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            await asyncio.gather(*(client(session) for _ in range(CLIENTS)))

    def _waits(self, first: int) -> list[float]:
        at = {arrival.body["n"]: arrival.at for arrival in reversed(self.sink.seen["fast"])}
        return [max(0.0, at[m["n"]] - m["at"]) for m in self.shop.accepted["fast"][first:]]


async def play(terms: Terms) -> Report:
    tortoise = Tortoise()
    common = await asyncio.to_thread(terms.engines.options)
    async with Sink(tortoise.answer) as sink, Shop(terms.folder / "shop", sink.port, ROUTES, common=common) as shop:
        yard, waiting = Yard(shop, sink), terms.of(500, 10_000)
        alone, beside, wrong = list[Figures](), list[Figures](), list[str]()
        for _ in range(terms.of(1, 5)):
            alone.append(await yard.measure(terms.of(3, 10), terms.of(3, int(SHIFT) + 3)))
            await yard.fill(waiting)
            wrong += await hung(yard, tortoise, beside, terms.of(3, 10))
            tortoise.awake.set()
            await yard.arrived("slow", 300)
            tortoise.awake.clear()
        report = await counted(shop, sink)
    report.did = f"{len(beside)} times {waiting} deliveries open at a target that hangs, the fast one alone and beside it"
    report.wrong += wrong
    compare(report, alone, beside, terms.long)
    return report


async def hung(yard: Yard, tortoise: Tortoise, beside: list[Figures], full: int) -> list[str]:
    """Measured beside the one that hangs; it must do so to the end."""
    try:
        beside.append(await yard.measure(full, SHIFT + 3))
    except AssertionError:
        return [f"{yard.open('fast')} for the fast target wait while the other one hangs"]
    return [] if tortoise.waiting else ["nothing hung to the end: nothing was proved"]


def compare(report: Report, alone: list[Figures], beside: list[Figures], judged: bool) -> None:
    if not beside:
        return
    rate = statistics.median(b.rate / a.rate for a, b in zip(alone, beside, strict=True))
    latency = statistics.median(a.latency / b.latency for a, b in zip(alone, beside, strict=True))
    a, b = (statistics.median(f.rate for f in figures) for figures in (alone, beside))
    c, d = (statistics.median(f.latency for f in figures) * 1000 for figures in (alone, beside))
    worst = max(f.worst for f in beside) * 1000
    report.notes.append(f"rate {a:.0f}/s alone, {b:.0f}/s beside it, {rate:.2f} kept")
    report.notes.append(f"latency {c:.1f} ms and {d:.1f} ms, {latency:.2f} kept, {worst:.0f} ms at worst")
    if judged:
        report.wrong += [f"it keeps {rate:.2f} of its rate"] if rate < KEPT else []
        report.wrong += [f"it keeps {latency:.2f} of its latency"] if latency < KEPT else []


async def counted(shop: Shop, sink: Sink) -> Report:
    """Nothing is open any more."""
    report = Report("")
    await shop.settle(60)
    for kind in ("slow", "fast"):
        found = judge.tally(shop.accepted[kind], sink.seen[kind], ordered=False)
        report.accepted, report.delivered = report.accepted + found.accepted, report.delivered + found.delivered
        report.add(found)
    report.dead = len(await shop.figures("dlq", "list"))
    code = await shop.stop()
    report.wrong += [f"up ended with {code}"] if code else []
    return report


PROOF = Proof("bulkhead", 14, "thousands of deliveries open at a target that hangs, beside a fast one", play)
