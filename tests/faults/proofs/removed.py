"""Promises 2 and 3, by a target that is taken out of the config while it has open work: it is held and shown, and delivered
when the target is put back."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults import judge
from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms

ROUTES = """
  labels:
    from: {{http: /labels, clients: anyone}}
    to:
      - {{id: erp, send: {{http: erp, path: /labels}}}}
{printer}
"""
PRINTER = "      - {id: printer, send: {http: erp, path: /printer}}"
LABELS = 40


class Printer:
    """The one target that is out of order until it is put back."""

    def __init__(self) -> None:
        self.broken = True

    async def answer(self, kind: str, body: Any) -> int:
        return 429 if kind == "printer" and self.broken else 200


async def play(terms: Terms) -> Report:
    printer = Printer()
    first: list[dict[str, Any]] = []
    shown: list[int] = []
    wrong: list[str] = []
    async with Day(terms, printer.answer, ROUTES, also=("labels",), printer=PRINTER) as day:
        for round in range(terms.of(1, 5)):
            printer.broken = True
            await day.flows(20)
            await day.post("labels", [{"n": n} for n in range(round * 1000, round * 1000 + LABELS)])
            first += day.shop.accepted["labels"][-LABELS:]
            await day.restart(kill=round % 2 == 1, printer="")
            await day.post("labels", [{"n": n} for n in range(round * 1000 + 500, round * 1000 + 500 + LABELS)])
            await day.flows(50)
            shown.append(await held(day))
            wrong += await as_it_should_be(day, shown[-1])
            printer.broken = False
            await day.restart(kill=round % 2 == 1, printer=PRINTER)
            await day.flows(50)
        report = await day.finish(f"{terms.of(1, 5)} times a target removed with open work and put back")
        late = judge.tally(first, day.sink.seen["printer"], ordered=False)
        wrong += await nothing_held(day)
    report.wrong += wrong
    report.accepted, report.delivered = report.accepted + len(day.shop.accepted["labels"]), report.delivered + late.delivered
    report.add(late)
    if late.delivered != len(first):
        report.wrong.append(f"{late.delivered} came to the printer, {len(first)} were accepted for it")
    report.notes.append(f"{', '.join(map(str, shown))} messages were shown as held")
    return report


async def held(day: Day) -> int:
    status = await day.shop.figures("status")
    return int(status["held"])


async def as_it_should_be(day: Day, messages: int) -> list[str]:
    """What operators see while it is gone."""
    found = [] if messages == LABELS else [f"status shows {messages} as held, {LABELS} are"]
    ids = {message["id"] for message in await day.shop.figures("messages", "find", "--state", "held")}
    mine = {message["id"] for message in day.shop.accepted["labels"][-2 * LABELS : -LABELS]}
    if ids != mine:
        found.append(f"messages find --state held has {len(ids)} messages, {len(ids & mine)} of them the right ones")
    check = await asyncio.to_thread(day.shop.run, "status", "--check")
    return found if "held" in check.stderr + check.stdout else [*found, "status --check says nothing of what is held"]


async def nothing_held(day: Day) -> list[str]:
    left = await held(day)
    return [f"{left} are still held"] if left else []


PROOF = Proof("removed", 12, "a target that is removed from the config with open work, and put back", play)
