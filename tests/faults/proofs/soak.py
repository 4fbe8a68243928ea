"""All promises at once, for an hour: a shop at half load to which everything happens that the other proofs do, one thing
after the other at random, while retention prunes what it may. Nothing is lost, and in the end descriptors, memory and ledger
are what they were. (The clocks have a proof of their own: what sets them has leaks of its own.)

Played by name alone, since it takes as long as all others: `make faults PROOF=soak MINUTES=60`."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.faults.brokers import harm_to, stopped
from tests.faults.day import Day
from tests.faults.full import NoDisk
from tests.faults.proof import Proof, Report, Terms
from tests.faults.proofs import broker, kills, poison, server
from tests.faults.proofs.disk import LIMITS, Disks, doubles
from tests.faults.proofs.targets import MOODS, Moody
from tests.faults.weight import Scales, stored

ROUTES = """
  posts:
    from: {{http: /posts, clients: anyone}}
    steps: [python: deeds.scan]
    to: [{{id: erp, send: {{http: erp, path: /posts}}}}]
"""
FROZEN = ("child0", "child1", "web", "inbound", "worker")
LIMIT = 60.0
"""Seconds until what was accepted before a harm has arrived: some last for ten by themselves."""

Harm = Callable[[], Awaitable[object]]


class Storm:
    """What can happen to the shop; `done` counts it. `poisoned` dead letters are foreseen, and `unknown` more."""

    def __init__(self, terms: Terms, day: Day, moody: Moody, disks: Disks | None) -> None:
        self.terms, self.day, self.moody, self.disks = terms, day, moody, disks
        self.chance = terms.chance
        self.done: Counter[str] = Counter()
        self.poisoned = self.unknown = 0
        self.version = 1

    def harms(self) -> Mapping[str, Harm]:
        found: dict[str, Harm] = {
            "killed": self.kill, "stopped": self.freeze, "broker": self.broker, "mood": self.mood, "version": self.restart,
            "poison": self.poison,
        }  # fmt: skip
        if self.disks is not None:
            found |= {"ledger's disk full": self.fill_var, "target's disk full": self.fill_out}
        if self.terms.engines.postgresql is not None:
            found["server"] = self.server
        return found

    async def rage(self, seconds: float) -> None:
        """One after the other; each is over, and all flows again, before the next."""
        harms, end = self.harms(), time.monotonic() + seconds
        while time.monotonic() < end:
            for name in self.chance.sample(sorted(harms), len(harms)):
                if time.monotonic() >= end:
                    return
                await harms[name]()
                self.done[name] += 1
                await self.day.flows(10)
                await asyncio.sleep(self.chance.uniform(0, self.terms.of(2, 20)))

    # --- harms ----------------------------------------------------------------------------------------------------------
    async def kill(self) -> None:
        """One process or two; `hit` notes it as a strike."""
        await kills.hit(self.day, self.chance.choice(kills.schedule(self.chance, 6)))

    async def freeze(self) -> None:
        pid = self.day.shop.pids().get(self.chance.choice(FROZEN), 0)
        await asyncio.to_thread(stopped, pid, self.chance.uniform(0.5, 8))

    async def broker(self) -> None:
        ways = dict(broker.ways(harm_to(self.terms.engines, self.day.shop), self.chance.uniform(1, 8)))
        await asyncio.to_thread(ways[self.chance.choice(sorted(ways))])

    async def server(self) -> None:
        assert self.terms.engines.postgresql is not None
        ways = server.ways(self.terms.engines.postgresql, self.chance.uniform(1, 8))
        await asyncio.to_thread(ways[self.chance.choice(sorted(ways))])

    async def mood(self) -> None:
        self.moody.mood = self.chance.choice(MOODS)
        await asyncio.sleep(self.chance.uniform(1, 8))
        self.moody.mood = "well"
        self.moody.awake.set()
        await self.day.flows(10)
        self.moody.awake.clear()

    async def restart(self) -> None:
        """With another version of the project, in good order or not."""
        self.version += 1
        await self.day.restart(kill=self.chance.random() < 0.5, version=self.version)

    async def poison(self) -> None:
        """One message that kills whoever computes it, thrice; dead then."""
        body = {"n": self.poisoned + self.unknown, "text": "wild"}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=20)) as session,
                session.post(f"{self.day.shop.url}/posts", json=body) as answer,
            ):
                self.poisoned += answer.status == 202
        except (ClientError, TimeoutError, OSError):
            self.unknown += 1
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                while (await self.day.shop.figures("status"))["dead"] < self.poisoned:
                    await asyncio.sleep(1)

    async def fill_var(self) -> None:
        assert self.disks is not None
        await self._fill(self.disks.var)

    async def fill_out(self) -> None:
        assert self.disks is not None
        await self._fill(self.disks.out)

    async def _fill(self, disk: Any) -> None:
        await asyncio.to_thread(disk.fill)
        await asyncio.sleep(self.chance.uniform(0.1, 5))
        disk.free()


async def play(terms: Terms) -> Report:
    with ExitStack() as stack:
        disks = Disks(stack)
        try:
            return await soaked(terms, disks)
        except NoDisk as reason:
            report = await soaked(Terms(terms.folder / "again", terms.engines, terms.seed, terms.long, terms.minutes), None)
            report.notes.append(f"no disk was filled, since a small one cannot be mounted here: {reason}")
            return report


async def soaked(terms: Terms, disks: Disks | None) -> Report:
    def prepare(folder: Path) -> None:
        poison.prepare(folder)
        if disks is not None:
            disks.mount(folder, terms.of(256, 2048))

    keep = f"bodies: {terms.of(10, 120)}s, messages: {terms.of(15, 180)}s, dead: 1d"
    moody, seconds = Moody(), (terms.minutes or terms.of(1, 60)) * 60
    async with Day(terms, moody.answer, ROUTES + LIMITS, rows=1000, prepare=prepare, keep=keep) as day:
        await day.flows(20)
        first, began = day.accepted, time.monotonic()
        await asyncio.sleep(terms.of(5, 30))  # at full load, to know what half of it is
        day.pace = (day.accepted - first) / (time.monotonic() - began) / 2
        storm, scales, removed = Storm(terms, day, moody, disks), Scales(day.shop, ledger_size(terms, day)), list[int]()
        beside = [asyncio.create_task(scales.run(terms.of(1, 5))), asyncio.create_task(prune(day, terms.of(3, 15), removed))]
        await storm.rage(seconds)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        report = await day.finish(f"{sum(storm.done.values())} harms ({told(storm.done)})", 120)
    judged(report, storm, scales, removed, terms.long)
    if disks is not None:
        report.foreseen_doubled += doubles(day, disks.var)[0]
    report.notes.append(f"at {day.pace:.0f} messages/s, half of what it can do")
    return report


def ledger_size(terms: Terms, day: Day) -> Callable[[], int]:
    database = terms.engines.postgresql
    if database is None:
        return lambda: stored(day.shop.folder / "var")
    name = next(word for word in day.shop.common if word.startswith("postgresql://")).rsplit("/", 1)[1]
    return lambda: int(database.sql(f"SELECT pg_database_size('{name}')"))


async def prune(day: Day, every: float, removed: list[int]) -> None:
    """As retention does it every hour."""
    while True:
        await asyncio.sleep(every)
        done = await asyncio.to_thread(day.shop.run, "ledger", "prune", "--yes", "-o", "id")
        removed.append(done.returncode == 0)


def judged(report: Report, storm: Storm, scales: Scales, pruned: list[int], long: bool) -> None:
    report.limit = LIMIT
    report.foreseen_doubled = storm.moody.answers_lost
    unforeseen = report.dead - storm.poisoned
    report.foreseen_dead = report.dead if 0 <= unforeseen <= storm.unknown else storm.poisoned
    report.notes += [*scales.told(), f"pruned {sum(pruned)} times"]
    report.wrong += [] if any(pruned) else ["nothing was pruned"]
    missing = storm.harms().keys() - storm.done.keys()
    report.wrong += [f"{', '.join(sorted(missing))}: never happened"] if missing and long else []
    report.wrong += scales.grown() if long else []


def told(done: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {many}" for name, many in sorted(done.items()))


PROOF = Proof("soak", 16, "everything at random, for an hour at half load: nothing lost, nothing grows", play, by_name=True)
