"""Redis streams end to end, by what is in them: a route by content from one stream to others, while the reader, a worker
and the server itself are killed. Everything arrives, what no rule takes is dead with its reason, and the ledger proves
itself."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.adapters.valkey import Valkey
from tests.faults.shop import Shop, until
from tests.longer import only_long

ROUTES = """
version: 1
connections:
  events: {{type: redis, url: "redis://127.0.0.1:{sink}", timeout: 5s, breaker: {{open_after: 50, cool_down: 1s}}}}
defaults: {{retry: {{first: 300ms, factor: 2, max: 2s}}}}
routes:
  stock-events:
    from: {{redis: events, stream: stock}}
    format: json
    keys: {{sku: body.sku}}
    match: first
    to:
      - {{id: returns, when: "body.type == 'return'", send: {{redis: events, stream: returns}}}}
      - {{id: sold-out, when: body.qty <= 0, steps: [{{map: {{fields: {{n: body.n, from: "headers['shop']"}}}}}}],
          send: {{redis: events, stream: sold-out, maxlen: 100000}}}}
      - otherwise: {{dead: no rule for this type}}
"""
ROUND = 1200


def event(n: int) -> dict[str, Any]:
    """A third each: returned, sold out, neither."""
    return {"n": n, "sku": f"A-{n % 50}", "type": "return" if n % 3 == 0 else "sale", "qty": 0 if n % 3 == 1 else 7}


def add(valkey: Valkey, numbers: range) -> None:
    pipe = valkey.client.pipeline(transaction=False)
    for n in numbers:
        pipe.xadd("stock", {"body": json.dumps(event(n)), "shop": f"s{n % 7}"})
    pipe.execute()


def arrived(valkey: Valkey, stream: str) -> tuple[Mapping[int, Any], int]:
    """By number, and how many came again; each number came under one id."""
    found: dict[int, Any] = {}
    ids: dict[int, set[bytes]] = {}
    entries = valkey.client.xrange(stream)
    for _, fields in entries:
        body = json.loads(fields[b"body"])
        found[body["n"]] = body
        ids.setdefault(body["n"], set()).add(fields[b"id"])
    assert all(len(one) == 1 for one in ids.values()), f"{stream}: one event came under two ids"
    return found, len(entries) - len(found)


def acknowledged(valkey: Valkey) -> bool:
    (group,) = valkey.client.xinfo_groups("stock")
    return group["lag"] == 0 and group["pending"] == 0


async def day(shop: Shop, valkey: Valkey) -> None:
    """Three rounds of events; in each something is killed while they are on their way."""
    for number, victim in enumerate(("inbound", "child0", "server")):
        add(valkey, range(number * ROUND, (number + 1) * ROUND))
        goal = number * ROUND // 3 + 50
        await until(lambda goal=goal: valkey.client.xlen("returns") > goal, 40)  # type: ignore[misc]
        if victim == "server":
            valkey.kill()
            await asyncio.to_thread(valkey.start)
        else:
            assert shop.kill(victim)
    await until(lambda: acknowledged(valkey), 40)
    await shop.settle(60)


async def letters(shop: Shop) -> list[Any]:
    found: list[Any] = await shop.figures("dlq", "list")
    return found


async def play(folder: Path, valkey: Valkey) -> None:
    async with Shop(folder, valkey.port, ROUTES) as shop:
        await day(shop, valkey)
        total = 3 * ROUND
        returns, again = arrived(valkey, "returns")
        sold_out, more = arrived(valkey, "sold-out")
        print(f"{total} events, {again + more} came again")
        assert returns == {n: event(n) for n in range(0, total, 3)}
        assert sold_out == {n: {"n": n, "from": f"s{n % 7}"} for n in range(1, total, 3)}
        dead = await letters(shop)
        assert Counter(one["reason"] for one in dead) == {"no rule for this type": total // 3}
        await put_right(shop, valkey)
        assert await shop.stop() == 0


async def put_right(shop: Shop, valkey: Valkey) -> None:
    """What is no JSON, or has no body, waits with its reason; the second is edited and goes on."""
    known = {one["id"] for one in await letters(shop)}
    valkey.client.xadd("stock", {"body": "{"})
    entry = valkey.client.xadd("stock", {"sku": "A-1", "n": "-1"}).decode()
    await until(lambda: acknowledged(valkey), 20)
    await shop.settle()
    fresh = {one["reason"]: one for one in await letters(shop) if one["id"] not in known}
    (reason,) = [text for text in fresh if entry in text]
    assert "has no field 'body'" in reason
    assert "'sku', 'n'" in reason
    assert [one["stage"] for one in fresh.values()] == ["decode", "decode"]
    body = shop.folder / "right.json"
    body.write_text('{"n": -1, "sku": "A-1", "type": "return", "qty": 1}')
    id = fresh[reason]["id"]
    assert shop.run("dlq", "edit", id, "--body", str(body), "--yes").returncode == 0
    assert shop.run("dlq", "requeue", id, "--yes", "--wait").returncode == 0
    await until(lambda: -1 in arrived(valkey, "returns")[0], 20)
    await shop.settle()


@only_long
def test_events_go_from_stream_to_stream_whatever_is_killed(tmp_path: Path) -> None:
    with Valkey(tmp_path / "valkey") as valkey:
        asyncio.run(play(tmp_path / "shop", valkey))
