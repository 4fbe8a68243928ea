"""Promise 2, by retention that runs without end at full load and keeps things for a second: between accept and delivery
nothing goes, however long that takes."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms

KEEP = "bodies: 500ms, messages: 1s, dead: 1d"


class Sleeper:
    """Now and then the targets take nothing, for longer than anything is kept."""

    def __init__(self) -> None:
        self.ill = False

    async def answer(self, kind: str, body: Any) -> int:
        return 503 if self.ill else 200


async def play(terms: Terms) -> Report:
    sleeper = Sleeper()
    removed: list[int] = []
    async with Day(terms, sleeper.answer, keep=KEEP) as day:
        done = asyncio.Event()
        pruning = asyncio.create_task(prune(day, done, removed))
        for _ in range(terms.of(2, 20)):
            await day.flows(50)
            sleeper.ill = True
            await asyncio.sleep(2.5)  # longer than all retention
            sleeper.ill = False
        await day.flows(50)
        done.set()
        await pruning
        report = await day.finish(f"{len(removed)} prunings under load")
    report.notes.append(f"{sum(removed)} messages were pruned meanwhile")
    report.wrong += [] if sum(removed) > 100 else ["next to nothing was pruned: nothing was proved"]
    return report


async def prune(day: Day, done: asyncio.Event, removed: list[int]) -> None:
    while not done.is_set():
        found = await day.shop.figures("ledger", "prune", "--yes")
        removed.append(int(found["messages"]))


PROOF = Proof("pruning", 13, "retention that runs at full load, between accept and delivery", play)
