"""Promise 2, by a broker that is killed, flushed, restarted empty, stopped or gone under load. It holds doorbells only: the
cost is delay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.faults.brokers import Harm, harm_to
from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms

MINUTE = 60
"""Seconds for which a broker says nothing in the long form."""


async def play(terms: Terms) -> Report:
    pause = terms.of(3, MINUTE)
    done: list[str] = []
    async with Day(terms) as day:
        harm = harm_to(terms.engines, day.shop)
        await day.flows(20)
        for _ in range(terms.of(1, 4)):
            harms = dict(ways(harm, pause)) if not done else dict(ways(harm, 5))
            for name in terms.chance.sample(sorted(harms), len(harms)):
                await day.more(100)
                await asyncio.to_thread(harms[name])
                day.struck(name, time.monotonic())
                done.append(name)
                await day.flows(30)
        for _ in range(terms.of(20, 500)):
            await day.more(5)
            await asyncio.to_thread(harm.flush)
        report = await day.finish(f"{len(done)} harms ({', '.join(dict.fromkeys(done))}), {terms.of(20, 500)} flushes more")
        report.limit = LONGEST
        return report


LONGEST = 15.0
"""Seconds from the broker's return until all that was accepted before has arrived: whoever lost it asks again after a
while, and the ticker rings every second."""


def ways(harm: Harm, pause: float) -> tuple[tuple[str, Callable[[], None]], ...]:
    return (
        ("killed", harm.kill),
        ("flushed", harm.flush),
        ("emptied", harm.empty),
        ("paused", lambda: harm.pause(pause)),
        ("refused", lambda: harm.refuse(pause)),
    )


PROOF = Proof("broker", 2, "a broker that is killed, flushed, restarted empty, paused and refuses", play)
