"""Roles that stand still, stopped here, are killed and started anew, and the work goes on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.faults.shop import Shop, arrived, until
from tests.faults.sink import Sink
from tests.stopping import stop_whole

PROGRAM = Path(__file__).with_name("impatient_program.py")
ROLES = ("web", "inbound", "worker")


class Impatient(Shop):
    def crossdock(self, *words: str) -> list[str]:
        return [sys.executable, str(PROGRAM), *super().crossdock(*words)[2:]]


async def play(folder: Path) -> None:
    async with Sink() as sink, Impatient(folder, sink.port) as shop:
        before = shop.pids()
        for role in ROLES:
            stop_whole(before[role])
        await until(lambda: all(shop.pids().get(role, before[role]) != before[role] for role in ROLES), 30)
        stop = asyncio.Event()
        load = asyncio.create_task(shop.load("orders", stop, 0.01))
        accepted = shop.accepted["orders"]
        await until(lambda: len(accepted) >= 20, 20)
        stop.set()
        await load
        shop.drop("day.csv", 100)
        await until((folder / "out" / "day.ndjson").exists, 20)
        await shop.settle()
        assert arrived(accepted, sink.seen["orders"]) == 0
        assert all(f"{role} stands still and is killed" in shop.log for role in ROLES), shop.log
        assert await shop.stop() == 0


def test_what_stands_still_is_killed_and_started_anew(tmp_path: Path) -> None:
    asyncio.run(play(tmp_path / "shop"))
