"""Promises 2 and 6, by messages that kill the worker child that computes them: one python step reads where it may not, one
takes all memory. Each is dead within three deaths once it is alone, its batch before that within two a halving; its
neighbours arrive, and a message that only waits for a slow target through ten deaths is not accused."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import until

DEEDS = """
import ctypes


def scan(message):
    if message.body["text"] == "wild":
        ctypes.string_at(0)
    if message.body["text"] == "fat":
        hoard = [bytearray(1 << 24)]
        while hoard:
            hoard.append(bytearray(1 << 24))
    return message
"""
CONNECTIONS = """
  tortoise: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 100s, in_flight: 16}}
"""
ROUTES = """
  posts:
    from: {{http: /posts, clients: anyone}}
    steps: [python: deeds.scan]
    to: [{{id: erp, send: {{http: erp, path: /posts}}}}]
  rows:
    from: {{folder: inbox, files: "*.rows", ready: at_once}}
    format: {{csv: {{columns: {{n: int}}}}}}
    steps: [split: records, python: deeds.scan]
    to: [{{id: erp, send: {{http: erp, path: /rows}}}}]
  waits:
    from: {{http: /waits, clients: anyone}}
    to: [{{id: slow, send: {{http: tortoise, path: /waits}}}}]
"""
ALONE = 3
DEATHS = 10
"""Of children, while the innocent wait."""
KINDS = ("wild", "fat")
INNOCENT = 5


class Tortoise:
    def __init__(self) -> None:
        self.awake = asyncio.Event()

    async def answer(self, kind: str, body: Any) -> int:
        if kind == "waits":
            await self.awake.wait()
        return 200


IN_THE_AIR = 32
"""Sends that a child has on their way at most when it dies, `in_flight` of each of two connections shared by two children."""


def prepare(folder: Path) -> None:
    place = folder / "transforms" / "python"
    place.mkdir(parents=True)
    (place / "deeds.py").write_text(DEEDS)


async def play(terms: Terms) -> Report:
    tortoise = Tortoise()
    many, memory = terms.of(16, 500), ("--child-memory", "512MiB")
    day = Day(terms, tortoise.answer, ROUTES, CONNECTIONS, *memory, also=("posts", "rows", "waits"), prepare=prepare)
    async with day:
        await day.flows(20)
        await day.post("waits", [{"n": n} for n in range(INNOCENT)])
        poisons = [poison for poison in KINDS for _ in range(terms.of(1, 3))]
        died = [await feed(day, number, poison, many) for number, poison in enumerate(poisons)]
        while deaths(day) < DEATHS:
            await another(day)
        total = deaths(day)
        tortoise.awake.set()
        report = await day.finish(f"{len(died) * 2} poisons in batches of {many}, {total} children died")
    most = limit(many)
    report.foreseen_dead = len(died) * 2
    report.foreseen_doubled = min(report.doubled, total * IN_THE_AIR)
    report.notes.append(f"at most {max(died)} deaths for a post and a row of {many}, {most} allowed")
    report.notes.append(f"{INNOCENT} innocent ones waited through {total}")
    report.wrong += [f"{n} children died, {most} allowed" for n in died if n > most]
    return report


def limit(many: int) -> int:
    """For a post that is stored with up to `many` others, and a row of so many."""
    return 2 * (2 * math.ceil(math.log2(many)) + ALONE)


def deaths(day: Day) -> int:
    return day.shop.log.count("a worker child died")


async def feed(day: Day, number: int, poison: str, many: int) -> int:
    """A batch of posts and a file of rows with one poison each; how many children died until both were dead."""
    before = deaths(day)
    first = number * many
    bodies = [{"n": n, "text": poison if n == first + many // 2 else f"t{n}"} for n in range(first, first + many)]
    await day.post("posts", bodies, poison)
    day.put(f"{number}.rows", "n,text\n" + "".join(f"{b['n']},{b['text']}\n" for b in bodies))
    day.shop.accepted["rows"] += [body for body in bodies if body["text"] != poison]
    async with asyncio.timeout(120):
        while await dead(day) < 2 * (number + 1):
            await asyncio.sleep(0.3)
    await until(lambda: len(day.sink.keys["rows"]) >= len(day.shop.accepted["rows"]), 60)
    return deaths(day) - before


async def dead(day: Day) -> int:
    listed = await asyncio.to_thread(day.shop.run, "dlq", "list", "-o", "jsonl")
    letters = listed.stdout.splitlines()
    assert all("crashed the worker (" in letter for letter in letters), letters[:3]
    return len(letters)


async def another(day: Day) -> None:
    """A death without a reason."""
    before = deaths(day)
    day.shop.kill("child0")
    await until(lambda: deaths(day) > before, 20)
    await day.flows(10)


PROOF = Proof("poison", 9, "messages whose python step kills the worker, beside innocent ones", play)
