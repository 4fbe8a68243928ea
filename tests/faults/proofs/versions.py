"""Promise 8, as far as a restart goes: a new config under load, and each message is computed by the version that accepted
it, also when it is delivered by the next one."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults.day import OPEN, Day
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import until


class Nurse:
    """The targets are ill around each change, so that work is open over it."""

    def __init__(self) -> None:
        self.ill = False

    async def answer(self, kind: str, body: Any) -> int:
        return 503 if self.ill else 200


async def play(terms: Terms) -> Report:
    nurse = Nurse()
    by_url: dict[str, int] = {}
    crossed = 0
    async with Day(terms, nurse.answer) as day:
        for version in range(1, terms.of(2, 8) + 1):
            await day.flows(30)
            by_url[day.shop.url] = version
            await edit_alone(day, version + 1)
            by_url[day.shop.url] = version
            nurse.ill = True
            await until(lambda: day.open > OPEN / 2, 20)
            await day.restart(kill=version % 2 == 0, version=version + 1)
            at = len(day.sink.seen["orders"])
            by_url[day.shop.url] = version + 1
            nurse.ill = False
            await day.flows(30)
            crossed += sum(1 for a in day.sink.seen["orders"][at:] if a.body["version"] <= version)
        report = await day.finish(f"{terms.of(2, 8)} new versions")
        report.wrong += judged(day, by_url)
    report.notes.append(f"{crossed} orders were accepted by one version and delivered under the next")
    report.wrong += [] if crossed else ["nothing was open over a change: nothing was proved"]
    return report


async def edit_alone(day: Day, version: int) -> None:
    """The file is edited, and processes die and come back: what runs is still the version that was started."""
    day.shop.names["version"] = version
    day.shop.write(day.text)
    for victim in ("web", "child0"):
        day.shop.kill(victim)
    await asyncio.sleep(0)
    await until(lambda: "web" in day.shop.pids(), 20)
    await day.flows(20)


def judged(day: Day, by_url: dict[str, int]) -> list[str]:
    """Orders that were computed by another version than that of the process that accepted them."""
    got = {arrival.body["n"]: arrival.body["version"] for arrival in reversed(day.sink.seen["orders"])}
    sure = [m for m in day.shop.accepted["orders"] if m["url"] in by_url and m["n"] in got]
    wrong = [m for m in sure if got[m["n"]] != by_url[m["url"]]]
    versions = set(got.values())
    found = [f"{len(wrong)} orders by another version than the one that accepted them, {wrong[0]}"] if wrong else []
    missing = set(by_url.values()) - versions
    return found + ([f"nothing was accepted by versions {sorted(missing)}"] if missing else [])


PROOF = Proof("versions", 11, "a new config under load: each message by the version that accepted it", play)
