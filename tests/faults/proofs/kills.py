"""Promise 2, by kill -9 of any process under load, alone, in pairs and all at once."""

from __future__ import annotations

import asyncio
import random
import time

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms

VICTIMS = ("web", "inbound", "child0", "child1", "worker", "supervisor")
PAIRS = 0.25
"""How often two die together."""


async def play(terms: Terms) -> Report:
    chance = terms.chance
    async with Day(terms) as day:
        await day.flows(20)
        for strike in schedule(chance, terms.of(8, 100)):
            await day.more(chance.randrange(100, 600) * terms.of(1, 4))
            await hit(day, strike)
        await day.flows(50)
        return await day.finish(f"{len(day.strikes)} kills -9")


def schedule(chance: random.Random, kills: int) -> list[tuple[str, ...]]:
    """Each victim as often as the others; some in pairs."""
    left = [victim for _ in range(-(-kills // len(VICTIMS))) for victim in chance.sample(VICTIMS, len(VICTIMS))][:kills]
    found: list[tuple[str, ...]] = []
    while left:
        many = 2 if len(left) > 1 and left[0] != left[1] and chance.random() < PAIRS else 1
        found.append(tuple(left[:many]))
        del left[:many]
    return found


async def hit(day: Day, victims: tuple[str, ...]) -> None:
    """All of them in the same moment. A supervisor is started again by hand, and its death counts from there."""
    pids = day.shop.pids()
    for victim in victims:
        day.shop.kill_pid(pids.get(victim, 0))
    at = time.monotonic()
    if "supervisor" in victims:
        assert day.shop.process is not None
        await asyncio.to_thread(day.shop.process.wait)
        await day.shop.start()
        at = time.monotonic()
    day.struck("+".join(sorted(victims)), at)
    await day.flows(20)


PROOF = Proof("kills", 1, "kill -9 of web, inbound, worker children, worker and supervisor, in random order and pairs", play)
