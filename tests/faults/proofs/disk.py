"""Promises 1 and 2, by somebody else who fills the disk of the ledger and that of the targets, to the floor, to the last byte
and in the middle of writes: nothing is accepted that is not stored, and it goes on by itself."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from tests.faults.day import Day
from tests.faults.full import Disk, NoDisk, disk
from tests.faults.proof import Proof, Report, Terms

MIB = 1 << 20
LIMITS = "limits: {{disk: 16MiB}}\n"
FLOOR = 16 * MIB
COMMIT = 1.0
"""Seconds within which the outcome of an arrival is written, or a process that died is back."""


class Disks:
    """That of the ledger, and that of the files that are written; mounted before anything is there."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def mount(self, folder: Path, size: int = 256) -> None:
        """`size` MiB each."""
        self.var: Disk = self._stack.enter_context(disk(folder / "var", size * MIB))
        self.out: Disk = self._stack.enter_context(disk(folder / "out", size * MIB))


async def play(terms: Terms) -> Report:
    rounds = terms.of(1, 8)
    with ExitStack() as stack:
        disks = Disks(stack)
        try:
            return await filled(terms, disks, rounds)
        except NoDisk as reason:
            return Report("nothing", wrong=[f"a small file system cannot be mounted here: {reason}"])


async def filled(terms: Terms, disks: Disks, rounds: int) -> Report:
    async with Day(terms, routes=LIMITS, prepare=disks.mount, rows=1000) as day:
        wrong: list[str] = []
        for round in range(rounds):
            await day.more(100)
            disks.out.fill()
            await day.more(100)
            disks.out.free()
            disks.var.fill(FLOOR - 2 * MIB)
            wrong += await nothing_is_taken(day, disks.var, f"round {round}, under the floor")
            disks.var.fill()
            wrong += await nothing_is_taken(day, disks.var, f"round {round}, full")
            disks.var.free()
            for _ in range(terms.of(2, 10)):
                await day.more(20)
                disks.var.fill()
                await asyncio.sleep(terms.chance.uniform(0.05, 0.5))  # so long others write meanwhile
                disks.var.free()
            await day.more(100)
        report = await day.finish(f"{rounds} times both disks were filled", 120)
        report.wrong += wrong
        report.foreseen_doubled, most = doubles(day, disks.var)
        report.notes.append(f"one delivery came {most} times at most")
        log = day.shop.log
        closed, opened, given = (log.count(f"action={a}") for a in ("intake_closed", "intake_opened", "ballast_given_up"))
        report.notes.append(f"intake closed {closed} times, opened {opened} times, the ballast was given up {given} times")
        report.wrong += ["a traceback is in the log"] if "Traceback" in log else []
        report.wrong += [] if closed == opened else ["intake was not opened as often as it was closed"]
        return report


def doubles(day: Day, var: Disk) -> tuple[int, int]:
    """Those that came again because their outcome met the full disk; and how often one came at most."""
    foreseen, most = 0, 1
    for seen in day.sink.seen.values():
        times: dict[str, list[float]] = defaultdict(list)
        for arrival in seen:
            times[arrival.key].append(arrival.at)
        for at in times.values():
            most = max(most, len(at))
            foreseen += sum(1 for t in at[:-1] if any(begin - COMMIT <= t <= end + COMMIT for begin, end in var.full))
    return foreseen, most


async def nothing_is_taken(day: Day, var: Disk, when: str) -> list[str]:
    """Within seconds HTTP refuses all; nobody has been told 202 since."""
    http = {kind: len(day.shop.accepted[kind]) for kind in ("orders", "pairs")}

    async def settled() -> None:
        while True:
            before = {kind: len(day.shop.accepted[kind]) for kind in http}
            await asyncio.sleep(2)
            if before == {kind: len(day.shop.accepted[kind]) for kind in http}:
                return

    try:
        await asyncio.wait_for(settled(), 20)
    except TimeoutError:
        return [f"{when}: messages were still accepted with {var.left} bytes free"]
    status = await day.shop.figures("status")
    return [] if "disk" in status.get("closed", {}) else [f"{when}: status does not say that the disk closed intake"]


PROOF = Proof("disk", 5, "a full disk at the ledger, the blobs and the files of a target", play)
