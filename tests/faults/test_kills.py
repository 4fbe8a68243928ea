"""kill -9 of any one process under load, and of all at once: nothing accepted is lost, order per key is kept, a collected
file has each row once. CROSSDOCK_FAULTS=long does each ten times."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

from tests.faults.shop import Shop, check, until
from tests.faults.sink import Sink

ROUNDS = 10 if os.environ.get("CROSSDOCK_FAULTS") == "long" else 1
VICTIMS = ("web", "inbound", "child0", "child1", "worker", "broker", "supervisor", "all")
SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))


async def rounds(folder: Path) -> str:
    chance = random.Random(SEED)
    async with Sink() as sink:
        shop = Shop(folder, sink.port)
        await shop.start()
        stop = asyncio.Event()
        loads = [asyncio.create_task(shop.load(kind, stop)) for kind in ("orders", "pairs")]
        files: list[str] = []
        for n in range(ROUNDS):
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                files.append(f"{victim}-{n}")
                shop.drop(f"{files[-1]}.csv")
                goal = len(shop.accepted["orders"]) + chance.randrange(30, 200)
                await wait_for_load(shop, goal)
                await strike(shop, victim)
        await wait_for_load(shop, len(shop.accepted["orders"]) + 50)
        stop.set()
        await asyncio.gather(*loads)
        taken = [folder / "in" / f"{name}.csv" for name in files]
        made = [folder / "out" / f"{name}.ndjson" for name in files]
        await until(lambda: not any(p.exists() for p in taken), 40)
        await until(lambda: all(p.exists() for p in made), 60)
        await shop.settle(60)
        figures = check(shop, sink, [f"{name}.ndjson" for name in files])
        assert await shop.stop() == 0
        return figures


async def wait_for_load(shop: Shop, goal: int) -> None:
    async with asyncio.timeout(40):
        while len(shop.accepted["orders"]) < goal:
            await asyncio.sleep(0.01)


async def strike(shop: Shop, victim: str) -> None:
    if victim == "all":
        for name in list(shop.pids()):
            shop.kill(name)
    else:
        shop.kill(victim)
    if victim in ("supervisor", "all"):
        assert shop.process is not None
        await asyncio.to_thread(shop.process.wait)
        await shop.start()


def test_whatever_is_killed_nothing_is_lost(tmp_path: Path) -> None:
    print(f"seed {SEED}:", asyncio.run(rounds(tmp_path / "shop")))
