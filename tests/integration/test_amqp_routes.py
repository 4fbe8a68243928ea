"""The whole product between two queues: AMQP, a choice by content, AMQP; killed under load."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.shop import Shop
from tests.integration.queues import Got, Queues
from tests.integration.servers.rabbitmq import PASSWORD, RabbitMQ
from tests.longer import only_long

ROUTES = """
version: 1
connections:
  bus: {{type: amqp, url: "URL", timeout: 5s, breaker: {{open_after: 20, cool_down: 1s}}}}
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}}}
routes:
  stock:
    from: {{amqp: bus, queue: NAME}}
    keys: {{sku: body.sku}}
    match: first
    to:
      - {{id: returns, when: "body.type == 'return'", send: {{amqp: bus, queue: NAME-returns}}}}
      - id: sales
        when: body.type == 'sale'
        order_by: body.sku
        steps: [{{map: {{fields: {{sku: body.sku, n: body.n, by: "headers['amqp-app-id']"}}}}}}]
        send: {{amqp: bus, exchange: NAME-x, routing_key: "sale.{{{{ body.sku }}}}", headers: {{x-n: "{{{{ body.n }}}}"}}}}
      - {{id: lost, when: body.type == 'lost', send: {{amqp: bus, queue: NAME-not-there}}}}
      - otherwise: {{ignore: no rule for this type}}
"""
KINDS = ("return", "sale", "other")


@pytest.fixture
def queues(rabbitmq: RabbitMQ, unique: str) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        for queue in (unique, f"{unique}-returns", f"{unique}-sales"):
            queues.declare(queue)
        queues.exchange(f"{unique}-x", "topic", {f"{unique}-sales": "sale.*"})
        yield queues


@pytest.fixture
async def shop(rabbitmq: RabbitMQ, queues: Queues, unique: str, tmp_path: Path) -> AsyncIterator[Shop]:
    routes = ROUTES.replace("URL", rabbitmq.url).replace("NAME", unique)
    async with Shop(tmp_path / "shop", 0, routes) as shop:
        yield shop
        assert PASSWORD not in shop.log


def put(queues: Queues, queue: str, first: int, count: int, kinds: tuple[str, ...] = KINDS) -> None:
    for n in range(first, first + count):
        body = {"n": n, "type": kinds[n % len(kinds)], "sku": f"A-{n % 5}"}
        queues.put(queue, json.dumps(body).encode(), message_id=f"m{n}", content_type="application/json", app_id="wms")


def bodies(found: list[Got]) -> list[int]:
    """The first of each number, in the order in which they came."""
    return list(dict.fromkeys(json.loads(got.body)["n"] for got in found))


async def test_messages_go_where_their_content_says(shop: Shop, queues: Queues, unique: str) -> None:
    put(queues, unique, 0, 300)
    await settled(shop, queues, unique, 300)
    returns, sales = queues.all(f"{unique}-returns"), queues.all(f"{unique}-sales")
    assert sorted(bodies(returns)) == list(range(0, 300, 3))
    assert sorted(bodies(sales)) == list(range(1, 300, 3))
    assert json.loads(sales[0].body)["by"] == "wms"
    first = next(got for got in sales if json.loads(got.body)["n"] == 1)
    assert (first.routing_key, first.properties["application_headers"]) == ("sale.A-1", {"x-n": "1"})
    [message] = await shop.figures("messages", "find", "--key", "sku=A-0", "--state", "filtered", "--limit", "1")
    assert message["route"] == "stock"
    assert first.properties["message_id"].endswith(":sales")


async def test_what_no_queue_takes_or_nobody_can_read_is_a_dead_letter(shop: Shop, queues: Queues, unique: str) -> None:
    put(queues, unique, 0, 1, ("lost",))
    queues.put(unique, b"{not json", content_type="application/json")
    await settled(shop, queues, unique, 2)
    dead = {letter["stage"]: letter for letter in await shop.figures("dlq", "list")}
    assert dead["send"]["error"] == "returned"
    assert dead["send"]["reason"] == f"no queue took it: queue {unique}-not-there (NO_ROUTE)"
    assert dead["decode"]["target"] in (None, "")


@only_long
async def test_nothing_is_lost_or_out_of_order_while_everything_is_killed(
    rabbitmq: RabbitMQ, shop: Shop, queues: Queues, unique: str
) -> None:
    for round, victim in enumerate(("inbound", "worker", "child0", "rabbitmq", "inbound", "child1")):
        put(queues, unique, round * 500, 500)
        if victim == "rabbitmq":
            queues.confirm()
            rabbitmq.keep_declarations()
            queues.close()
            await asyncio.to_thread(rabbitmq.kill)
            await asyncio.to_thread(rabbitmq.start)
        else:
            shop.kill(victim)
    await settled(shop, queues, unique, 3000)
    returns, sales = bodies(queues.all(f"{unique}-returns")), bodies(queues.all(f"{unique}-sales"))
    assert sorted(returns) == list(range(0, 3000, 3))
    assert sorted(sales) == list(range(1, 3000, 3))
    for sku in range(5):
        own = [n for n in sales if n % 5 == sku]
        assert own == sorted(own)


async def settled(shop: Shop, queues: Queues, queue: str, count: int) -> None:
    """All are accepted, and nothing is open."""
    for _ in range(300):
        status = await shop.figures("status")
        if queues.count(queue) == 0 and status["accepted"] >= count:
            break
        await asyncio.sleep(0.1)
    await shop.settle()
