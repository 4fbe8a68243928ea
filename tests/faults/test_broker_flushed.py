"""The broker forgets everything, again and again under load: it held doorbells only, so nothing is missing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from redis import Redis

from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Sink

FLUSHES = 200
LONGEST = 10.0
"""Seconds that a message may wait for a bell that is lost: the ticker rings each second."""


async def flush(folder: Path) -> str:
    async with Sink() as sink:
        shop = Shop(folder, sink.port)
        await shop.start()
        stop = asyncio.Event()
        loads = [asyncio.create_task(shop.load(kind, stop)) for kind in ("orders", "pairs")]
        broker = Redis(unix_socket_path=str(folder / "var" / "broker" / "valkey.sock"))
        emptied = 0
        for n in range(FLUSHES):
            await until(lambda goal=n + 1: len(shop.accepted["orders"]) >= goal, 20)
            emptied += broker.dbsize() > 0
            broker.flushall()
        broker.close()
        stop.set()
        await asyncio.gather(*loads)
        await shop.settle()
        doubles = sum(arrived(shop.accepted[kind], sink.seen[kind]) for kind in ("orders", "pairs"))
        in_order(sink.seen["orders"])
        assert await shop.stop() == 0
    wait = max(waits(shop, sink))
    assert emptied > FLUSHES / 10, f"only {emptied} flushes found anything to lose"
    assert wait < LONGEST, f"one waited {wait:.1f} s"
    total = f"orders {len(shop.accepted['orders'])}, pairs {len(shop.accepted['pairs'])}, doubles {doubles}"
    return f"{total}; {emptied} of {FLUSHES} flushes found keys, the longest wait {wait:.2f} s"


def waits(shop: Shop, sink: Sink) -> list[float]:
    """Seconds from the 202 to the arrival."""
    first = {a.id: a.at for a in reversed(sink.seen["orders"])}
    return [first[m["id"]] - m["at"] for m in shop.accepted["orders"]]


def test_a_broker_that_forgets_loses_nothing(tmp_path: Path) -> None:
    print(asyncio.run(flush(tmp_path / "shop")))
