"""kill -9 of the workers while arrays are on their way: nothing is lost, and an array that is sent again is the same,
byte for byte, under the same id."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.faults.shop import Shop, until
from tests.faults.sink import Arrival, Sink
from tests.longer import only_long

ROUNDS = 20 if os.environ.get("CROSSDOCK_FAULTS") == "long" else 4
SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))
ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, in_flight: 8, breaker: {{open_after: 50, cool_down: 1s}}}}
defaults: {{retry: {{first: 300ms, factor: 2, max: 1s}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    to:
      - {{id: erp, collect: {{records: 20, within: 300ms}}, send: {{http: erp, path: /plain}}}}
      - {{id: keyed, order_by: body.key, collect: {{records: 20, within: 300ms}}, send: {{http: erp, path: /keyed}}}}
"""


async def slowly(kind: str, body: Any) -> int:
    """Long enough for a kill to find arrays on their way; now and then busy."""
    await asyncio.sleep(0.05)
    return 503 if len(body) % 7 == 3 and body[0]["n"] % 2 else 200


async def rounds(folder: Path) -> str:
    chance = random.Random(SEED)
    async with Sink(slowly) as sink, Shop(folder, sink.port, ROUTES) as shop:
        stop = asyncio.Event()
        load = asyncio.create_task(shop.load("orders", stop))
        for _ in range(ROUNDS):
            goal = len(shop.accepted["orders"]) + chance.randrange(100, 300)
            await until(lambda goal=goal: len(shop.accepted["orders"]) >= goal, 60)  # type: ignore[misc]
            shop.kill(chance.choice(("child0", "child1", "worker")))
        stop.set()
        await load
        sink.answer = accept
        await shop.settle(60)
        accepted = {m["n"] for m in shop.accepted["orders"]}
        again = {kind: checked([*sink.seen[kind], *sink.refused[kind]]) for kind in ("plain", "keyed")}
        for kind in again:
            assert accepted <= {item["n"] for arrival in sink.seen[kind] for item in arrival.body}, f"{kind}: lost"
        in_order(sink.seen["keyed"])
        assert await shop.stop() == 0
        return f"{len(accepted)} orders, arrays sent again: {again}"


async def accept(kind: str, body: Any) -> int:
    return 200


def checked(arrivals: list[Arrival]) -> int:
    """An id has one content, and an order comes under one id; how many arrays came again."""
    bodies: dict[str, set[str]] = defaultdict(set)
    ids: dict[int, set[str]] = defaultdict(set)
    for arrival in arrivals:
        bodies[arrival.key].add(json.dumps(arrival.body))
        for item in arrival.body:
            ids[item["n"]].add(arrival.key)
    assert all(len(found) == 1 for found in bodies.values()), "an array came with other members under the same id"
    strange = {n: sorted(found) for n, found in ids.items() if len(found) > 1}
    assert not strange, f"orders came again in arrays of another id: {strange}"
    return len(arrivals) - len(bodies)


def in_order(arrivals: list[Arrival]) -> None:
    last: dict[str, int] = {}
    seen: set[int] = set()
    for arrival in arrivals:
        for item in arrival.body:
            if item["n"] not in seen:
                assert item["n"] > last.get(item["key"], 0), f"{item['key']}: {item['n']} after {last[item['key']]}"
                last[item["key"]] = item["n"]
            seen.add(item["n"])


@only_long
def test_arrays_outlive_whoever_sends_them(tmp_path: Path) -> None:
    print(f"seed {SEED}:", asyncio.run(rounds(tmp_path / "shop")))
