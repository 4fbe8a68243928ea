"""Promises 4 to 6, by targets that are slow, hang, cut the connection in their answer or after the work, or are well every
other second. What was sent again has the same id."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.faults.day import STALL, Day
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import until
from tests.faults.sink import Cut

MOODS = ("slow", "hung", "reset", "lost", "flapping")
EVERY = 7
"""In a mood that cuts or hangs, one request of so many has it: the others go on, so that order can be seen."""


class Moody:
    """`mood` is what the targets do now. `answers_lost` counts requests whose work was done and whose answer was not
    given: each makes one double."""

    def __init__(self) -> None:
        self.mood = "well"
        self.answers_lost = 0
        self.requests = 0
        self.awake = asyncio.Event()
        self.seen: dict[str, int] = dict.fromkeys(MOODS, 0)

    async def answer(self, kind: str, body: Any) -> int:
        self.requests += 1
        if self.mood == "flapping":
            ill = int(time.monotonic()) % 2
            self.seen["flapping"] += ill
            return 503 if ill else 200
        if self.mood == "slow":
            self.seen["slow"] += 1
            await asyncio.sleep(1)
        elif self.mood != "well" and self.requests % EVERY == 0:
            await self._harm(self.mood)
        return 200

    async def _harm(self, mood: str) -> None:
        self.seen[mood] += 1
        if mood == "hung":
            await self.awake.wait()
            raise Cut
        taken = mood == "lost" or self.requests % 2 == 0
        self.answers_lost += taken
        raise Cut(taken=taken, begun=mood == "reset")


async def play(terms: Terms) -> Report:
    moody = Moody()
    async with Day(terms, moody.answer) as day:
        await day.flows(20)
        for _ in range(terms.of(1, 5)):
            for mood in terms.chance.sample(MOODS, len(MOODS)):
                moody.mood = mood
                await asyncio.sleep(terms.of(3, 20))
                await until(lambda mood=mood: moody.seen[mood], STALL)  # type: ignore[misc]
            moody.awake.set()
            moody.mood = "well"
            await day.flows(50)
            moody.awake.clear()
        moody.awake.set()
        moods = ", ".join(f"{mood} {many}" for mood, many in moody.seen.items())
        report = await day.finish(f"requests that met {moods}")
    report.foreseen_doubled = moody.answers_lost
    report.notes.append(f"{moody.answers_lost} answers were lost after the work was done")
    report.wrong += [f"no request met {mood}" for mood, many in moody.seen.items() if not many]
    if report.doubled < moody.answers_lost:
        report.wrong.append(f"{report.doubled} doubles for {moody.answers_lost} lost answers: some did not come again")
    return report


PROOF = Proof("targets", 7, "targets that are slow, hang, are cut in the answer or after the work, and flap", play)
