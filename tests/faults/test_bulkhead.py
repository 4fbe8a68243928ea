"""A target that takes five seconds for an answer, beside a fast one: the fast one's messages never wait behind it."""

from __future__ import annotations

import asyncio
import statistics
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.faults.shop import Shop, arrived, until
from tests.faults.sink import Sink

ROUTES = """
version: 1
connections:
  tortoise: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 20s, in_flight: 16}}
  hare: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 20s, in_flight: 16}}
routes:
  slow:
    from: {{http: /slow, clients: anyone}}
    to: [{{id: erp, send: {{http: tortoise, path: /slow}}}}]
  fast:
    from: {{http: /fast, clients: anyone}}
    to: [{{id: erp, send: {{http: hare, path: /fast}}}}]
"""
ANSWER = 5.0
"""Seconds of the slow target."""
FEED = 13.0
"""Seconds of both loads: longer than a shift, so that one that ends behind its slow sends is seen too."""


class Tortoise:
    """Takes its time until the measuring is over."""

    def __init__(self) -> None:
        self.waiting = 0
        self.most = 0
        self.awake = asyncio.Event()

    async def answer(self, kind: str, body: Any) -> int:
        if kind == "slow":
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.awake.wait(), ANSWER)
            self.waiting -= 1
        return 200


async def measure(folder: Path) -> str:
    tortoise = Tortoise()
    async with Sink(tortoise.answer) as sink:
        shop = Shop(folder, sink.port, ROUTES)
        await shop.start()
        stop = asyncio.Event()
        loads = [asyncio.create_task(shop.load(kind, stop, 0.01)) for kind in ("slow", "fast")]
        await until(lambda: lasted(shop.accepted["fast"]) > FEED, FEED + 10)
        stop.set()
        await asyncio.gather(*loads)
        behind = len(shop.accepted["slow"]) - len(sink.seen["slow"])
        tortoise.awake.set()
        await until(lambda: all(len(sink.seen[k]) >= len(shop.accepted[k]) for k in ("slow", "fast")), 20)
        await shop.settle()
        doubles = sum(arrived(shop.accepted[kind], sink.seen[kind]) for kind in ("slow", "fast"))
        assert await shop.stop() == 0
    waits = times(shop, sink)
    median, worst = statistics.median(waits), max(waits)
    assert behind > 100, "the slow target kept up: nothing was measured"
    assert median < 100, f"the median is {median:.0f} ms"
    assert worst < ANSWER * 1000, f"one waited {worst:.0f} ms, as long as the slow target's answer"
    fast = f"fast {len(waits)}, median {median:.1f} ms, worst {worst:.0f} ms"
    return f"{fast}; slow behind {behind}, {tortoise.most} at once; doubles {doubles}"


def lasted(accepted: list[dict[str, Any]]) -> float:
    return float(accepted[-1]["at"] - accepted[0]["at"]) if accepted else 0.0


def times(shop: Shop, sink: Sink) -> list[float]:
    """Milliseconds from the 202 to the arrival."""
    at = {arrival.id: arrival.at for arrival in reversed(sink.seen["fast"])}
    return [max(0.0, (at[m["id"]] - m["at"]) * 1000) for m in shop.accepted["fast"]]


def test_a_slow_target_delays_nobody_else(tmp_path: Path) -> None:
    print(asyncio.run(measure(tmp_path / "shop")))
