"""The main job on each broker that may be given: HTTP in, mapped, HTTP out; a file collected; dead letters requeued; also
while the broker dies, throws us out, or takes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Sink
from tests.integration.servers.process import Server
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.longer import LONG, only_long

ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, breaker: {{open_after: 20, cool_down: 1s}}}}
  inbox: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    steps: [{{map: {{fields: {{n: body.n, key: body.key, seq: body.seq, by: {{const: map}}}}}}}}]
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
  picky:
    from: {{http: /picky, clients: anyone}}
    to: [{{id: erp, send: {{http: erp, path: /picky}}}}]
  sales:
    from: {{folder: inbox, files: "*.csv", ready: at_once}}
    format: {{csv: {{delimiter: ";", columns: {{n: int}}}}}}
    steps: [split: records]
    to: [{{id: lake, format: ndjson, collect: message, send: {{folder: out, name: "{{{{ file.stem }}}}.ndjson"}}}}]
"""
BROKERS = {
    "rabbitmq": ("rabbitmq", lambda server: server.url),
    "rabbitmq by tls": ("rabbitmq", lambda server: f"{server.tls_url}?cacertfile={server.ca}"),
    "valkey": ("valkey", lambda server: server.url),
    "redis by tls": ("redis_tls", lambda server: f"{server.url}?ssl_ca_certs={server.ca}"),
}
"""Fixture and address of each."""
SHORT = ("redis by tls",)
"""Of these, in `make test`; RabbitMQ is there below."""
ROWS = 2000


@pytest.fixture(params=BROKERS if LONG else SHORT)
def broker(request: pytest.FixtureRequest) -> tuple[Server, str]:
    name, address = BROKERS[request.param]
    server: Any = request.getfixturevalue(name)
    return server, address(server)


class Erp:
    """Refuses what comes to /picky until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    async def answer(self, kind: str, body: Any) -> int:
        return 422 if kind == "picky" and not self.mended else 200


@asynccontextmanager
async def working(folder: Path, url: str) -> AsyncIterator[tuple[Shop, Sink, Erp]]:
    """Yields shop, sink and erp; orders come all the time. At its end nothing is missing, doubled or out of order."""
    erp, stop = Erp(), asyncio.Event()
    async with Sink(erp.answer) as sink, Shop(folder, sink.port, ROUTES, common=("--broker", url)) as shop:
        load = asyncio.create_task(shop.load("orders", stop, 0.002))
        yield shop, sink, erp
        stop.set()
        await load
        await shop.settle()
        assert arrived(shop.accepted["orders"], sink.seen["orders"]) == 0
        in_order(sink.seen["orders"])
        assert {arrival.body["by"] for arrival in sink.seen["orders"]} == {"map"}
        assert await shop.stop() == 0, shop.log[-3000:]


async def goes_on(shop: Shop, sink: Sink, seconds: float = 15) -> None:
    """What is accepted from now on arrives."""
    begin = len(shop.accepted["orders"])
    await until(lambda: len(shop.accepted["orders"]) >= begin + 50, seconds)
    wanted = {order["id"] for order in shop.accepted["orders"][begin : begin + 50]}
    await until(lambda: wanted <= {arrival.id for arrival in sink.seen["orders"]}, seconds)


async def refused_and_requeued(shop: Shop, sink: Sink, erp: Erp) -> None:
    stop = asyncio.Event()
    some = asyncio.create_task(shop.load("picky", stop, 0.01))
    await until(lambda: len(shop.accepted["picky"]) >= 5, 15)
    stop.set()
    await some
    count = len(shop.accepted["picky"])
    await until(lambda: len(sink.refused["picky"]) >= count, 15)
    erp.mended = True
    done = await asyncio.to_thread(shop.run, "dlq", "requeue", "--target", "picky.erp", "--all", "--yes", "--wait")
    assert done.returncode == 0, done.stdout + done.stderr
    await until(lambda: len({arrival.id for arrival in sink.seen["picky"]}) == count, 15)


async def the_job(folder: Path, server: Server, url: str) -> None:
    async with working(folder, url) as (shop, sink, erp):
        shop.drop("day.csv", ROWS)
        await goes_on(shop, sink)
        await refused_and_requeued(shop, sink, erp)
        await asyncio.to_thread(server.kill)
        shop.drop("night.csv", ROWS)
        await goes_on(shop, sink)
        await until(lambda: "broker_away" in shop.log, 20)  # deliveries go on before the worker has noticed
        assert shop.log.count("broker_away") == 1, shop.log[-3000:]
        await asyncio.to_thread(server.start)
        await goes_on(shop, sink)
        await until(lambda: all((shop.folder / "out" / f"{name}.ndjson").exists() for name in ("day", "night")), 20)
    for name in ("day", "night"):
        assert len((folder / "out" / f"{name}.ndjson").read_text().splitlines()) == ROWS


def test_the_job_is_done_on_each_broker_and_without_it(tmp_path: Path, broker: tuple[Server, str]) -> None:
    asyncio.run(the_job(tmp_path / "shop", *broker))


async def thrown_out(rabbitmq: RabbitMQ, shop: Shop, sink: Sink) -> None:
    before = connections(rabbitmq)
    await asyncio.to_thread(rabbitmq.control, "close_all_connections", "maintenance")
    await goes_on(shop, sink)
    await until(lambda: len(connections(rabbitmq) - before) >= len(before) > 1, 15)


def connections(server: RabbitMQ) -> set[str]:
    return set(server.control("list_connections", "pid", "--no-table-headers").split())


async def blocked(rabbitmq: RabbitMQ, shop: Shop, sink: Sink) -> None:
    await asyncio.to_thread(rabbitmq.block_publishers)
    try:
        for _ in range(2):
            await goes_on(shop, sink)
        assert "bell_blocked" in shop.log, shop.log[-3000:]
    finally:
        await asyncio.to_thread(rabbitmq.block_publishers, False)
    await until(lambda: "bell_unblocked" in shop.log, 15)


async def harmed(folder: Path, rabbitmq: RabbitMQ) -> None:
    async with working(folder, rabbitmq.url) as (shop, sink, _):
        await goes_on(shop, sink)
        await thrown_out(rabbitmq, shop, sink)
        await blocked(rabbitmq, shop, sink)
        await goes_on(shop, sink)


@only_long
def test_closed_connections_and_a_memory_alarm_cost_bells_and_nothing_else(tmp_path: Path, rabbitmq: RabbitMQ) -> None:
    asyncio.run(harmed(tmp_path / "shop", rabbitmq))
