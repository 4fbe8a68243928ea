"""Promise 2, by a worker child that is stopped past its leases: another takes over its lanes, and what it writes when it
goes on is not heard. In the short form its leases are ended in the ledger itself, which is harder on the fence than time:
the frozen one does not know of it. And by processes that are stopped in the middle of a SQLite commit."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from typing import Any

from tests.faults.day import OPEN, Day
from tests.faults.ledgers import Ledger, SqliteFile, ledger_of
from tests.faults.proof import Proof, Report, Terms
from tests.faults.shop import until
from tests.stopping import stop_whole

TARGET = "orders.erp"
IN_THE_AIR = 32
"""Sends that a stopped child has made and may not commit any more."""
FREED = 10.0
"""Seconds for which a process that was stopped in a commit may stop all others."""


async def slowly(kind: str, body: Any) -> int:
    if kind == "orders":
        await asyncio.sleep(0.05)  # as long as an answer takes: whoever is stopped has sends on their way
    return 200


async def play(terms: Terms) -> Report:
    fenced, taken, freed = 0, 0, []
    async with Day(terms, slowly) as day:
        ledger = ledger_of(terms.engines, day.shop)
        await day.flows(30)
        for _ in range(terms.of(1, 4)):
            lanes, refused = await late(day, ledger, terms.long)
            fenced, taken = fenced + refused, taken + lanes
        if isinstance(ledger, SqliteFile):
            for victim in ("child0", "web", "inbound", "child1")[: terms.of(1, 4)] * terms.of(1, 3):
                freed.append(await in_commit(day, ledger, victim))
        report = await day.finish(f"{taken} lanes of stopped children taken over, {fenced} of their commits refused")
    if freed:
        report.notes.append(f"{len(freed)} stopped in a commit, freed after {max(freed):.1f} s at most")
        report.wrong += [f"a commit was stopped for {max(freed):.1f} s"] if max(freed) > FREED else []
    report.limit = FREED + 2
    report.foreseen_doubled = min(report.doubled, terms.of(1, 4) * IN_THE_AIR)
    return report


async def late(day: Day, ledger: Ledger, by_time: bool) -> tuple[int, int]:
    """A child sleeps through its leases; how many lanes it had, and how many of its commits were refused."""
    frozen = await freeze(ledger)
    held = ledger.lanes(TARGET, frozen)
    goal = day.accepted + 100
    await until(lambda: day.accepted >= goal or day.open >= OPEN, 20)
    assert ledger.lanes(TARGET, frozen) == held, "it lost its lanes before their leases were over"
    if not by_time:
        await asyncio.to_thread(ledger.end_leases, frozen)
    await until(lambda: ledger.leases_over(frozen), 75)
    day.struck("lease over", time.monotonic())
    await until(lambda: not ledger.lanes(TARGET, frozen), 45)
    await day.flows(20)
    refused = ledger.refused()
    os.kill(frozen, signal.SIGCONT)
    await until(lambda: ledger.refused() > refused, 20)
    await day.flows(20)
    return len(held), ledger.refused() - refused


async def freeze(ledger: Ledger) -> int:
    """A child that has lanes and is not just writing, stopped."""
    async with asyncio.timeout(20):
        while True:
            for pid in {owner for owner, _ in ledger.lanes(TARGET).values()}:
                with suppress(ProcessLookupError):
                    stop_whole(pid)
                    if ledger.lanes(TARGET, pid) and await writes_nothing(ledger):
                        return pid
                    os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0)


async def writes_nothing(ledger: Ledger) -> bool:
    """The others are in a commit for moments only."""
    try:
        await until(lambda: not ledger.writing(0), 1)
    except AssertionError:
        return False
    return True


async def in_commit(day: Day, ledger: SqliteFile, victim: str) -> float:
    """It is stopped while it holds the ledger's lock; seconds until somebody else could write."""
    pid = 0
    async with asyncio.timeout(30):
        while not pid:
            pid = caught(ledger, day.shop.pids().get(victim, 0))
            await asyncio.sleep(0.001)
    at = time.monotonic()
    await until(lambda: not ledger.writing(pid), 30)
    seconds = time.monotonic() - at
    day.struck(f"{victim} in a commit", at)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    await day.flows(20)
    return seconds


def caught(ledger: SqliteFile, pid: int) -> int:
    """The pid where it was stopped in a commit; else it goes on."""
    if not pid or not ledger.writing(pid):
        return 0
    with suppress(ProcessLookupError):
        stop_whole(pid)
        if ledger.writing(pid):
            return pid
        os.kill(pid, signal.SIGCONT)
    return 0


PROOF = Proof("frozen", 4, "a worker stopped past its leases, and processes stopped inside a SQLite commit", play)
