"""Promises 2 and 4, by a day file whose readers and writers are killed again and again: the output has each row once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults import judge
from tests.faults.day import Day
from tests.faults.judge import Tally
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import until

WRITERS = ("child0", "child1", "worker", "supervisor")
READS = 0.3
"""The share of kills that come while the file is read; the others while its output is written."""
IN_THE_AIR = 16
"""Sends on their way, and not committed, at a death: deaths follow each other here, so that a share of all says nothing."""


async def play(terms: Terms) -> Report:
    rows, kills, chance = terms.of(50_000, 1_000_000), terms.of(5, 20), terms.chance
    lines, names, while_written = Tally(), list[str](), 0
    async with Day(terms, rows=500) as day:
        await day.flows(20)
        while while_written < kills - round(kills * READS):
            names.append(f"large-{len(names)}.csv")
            await asyncio.to_thread(day.shop.drop, names[-1], rows)
            if len(names) == 1:
                await read(day, names[0], round(kills * READS))
            while_written += await written(day, names[-1], kills - round(kills * READS) - while_written, chance.choice)
            await until(lambda: made(day, names[-1]).exists(), 120)
        report = await day.finish(f"{len(names)} files of {rows} rows, {len(day.strikes)} kills", 120)
        for name in names:
            lines += await asyncio.to_thread(judge.rows, made(day, name), name, rows)
    report.rows += lines.accepted
    report.add(lines)
    report.wrong += [f"{lines.doubled} rows are in a file twice"] if lines.doubled else []
    report.limit = 10.0
    report.foreseen_doubled = min(report.doubled, len(day.strikes) * IN_THE_AIR)
    return report


def made(day: Day, name: str) -> Path:
    return day.shop.folder / "out" / name.replace(".csv", ".ndjson")


async def read(day: Day, name: str, kills: int) -> None:
    """The process that copies and hashes it dies; it is taken at last."""
    for _ in range(kills):
        day.shop.kill("inbound")
        day.struck("inbound")
        await until(lambda: "inbound" in day.shop.pids(), 20)
        await day.flows(1)
    await until(lambda: not (day.shop.folder / "in" / name).exists(), 60)


async def written(day: Day, name: str, kills: int, choose: object) -> int:
    """Kills, each after some more of the output was written; how many there was time for."""
    done = 0
    while done < kills and not made(day, name).exists():
        before = size(day)
        await until(lambda before=before: size(day) > before or made(day, name).exists(), 60)
        if made(day, name).exists():
            break
        victim = str(choose(WRITERS))  # type: ignore[operator]
        if victim == "supervisor":
            await day.restart(kill=True)  # by hand: its death counts from there
        else:
            day.shop.kill(victim)
        day.struck(victim)
        await day.flows(50)
        done += 1
    return done


def size(day: Day) -> int:
    """Of what is being written."""
    total = 0
    for path in (day.shop.folder / "out").glob(".*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


PROOF = Proof("dayfile", 10, "a large day file, killed while it is read and while its output is written", play)
