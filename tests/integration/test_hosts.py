"""Several hosts with one ledger and one broker: each has its own project folder, var and doors; inbox and outbox are shared."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.faults.engines import Engines
from tests.faults.ledgers import ledger_of
from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Arrival, Sink
from tests.integration.queues import Queues
from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.longer import LONG, only_long

ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, breaker: {{open_after: 20, cool_down: 1s}}}}
  bus: {{type: amqp, url: "{bus}"}}
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
  stock:
    from: {{amqp: bus, queue: {queue}}}
    to: [{{id: erp, send: {{http: erp, path: /stock}}}}]
"""
LEASE = 60.0
"""Seconds: the longest lease of a lane (router/shift.py)."""
NOTICED = 30.0
"""Seconds from the end of a lease until its work has arrived: 2 of the product, the rest for a machine that is busy."""
IN_FLIGHT = 64
"""Most requests that a host with two children has at one connection: `in_flight` of each."""


@asynccontextmanager
async def hosts(folder: Path, sink: Sink, engines: Engines, queue: str, count: int = 2) -> AsyncIterator[list[Shop]]:
    """All of them run; each that still does is stopped at the end."""
    common = engines.options()
    assert engines.bus is not None
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                Shop(folder / f"host{n}", sink.port, ROUTES, common=common, bus=engines.bus.url, queue=queue)
            )
            for n in range(count)
        ]


class Traffic:
    """Orders to each host, and stock events to their queue, until `end`."""

    def __init__(self, shops: Sequence[Shop], rabbitmq: RabbitMQ, queue: str) -> None:
        self.shops, self.rabbitmq, self.queue = shops, rabbitmq, queue
        self.put = 0
        self._stop = asyncio.Event()
        self._loads = [asyncio.create_task(shop.load("orders", self._stop, 0.01)) for shop in shops]
        self._loads.append(asyncio.create_task(self._fill()))

    async def _fill(self) -> None:
        with Queues(self.rabbitmq) as queues:
            while not self._stop.is_set():
                queues.put(self.queue, json.dumps({"n": self.put}).encode())
                self.put += 1
                await asyncio.to_thread(queues.confirm)
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._loads)


def of(shop: Shop, seen: Sequence[Arrival]) -> list[Arrival]:
    ids = {order["id"] for order in shop.accepted["orders"]}
    return [arrival for arrival in seen if arrival.id in ids]


async def nothing_missing(shops: Sequence[Shop], sink: Sink, put: int) -> int:
    """How many came twice; each host's orders are in order."""
    await shops[0].settle(90)
    doubles = sum(arrived(shop.accepted["orders"], of(shop, sink.seen["orders"])) for shop in shops)
    for shop in shops:
        in_order(of(shop, sink.seen["orders"]))
    came = [arrival.body["n"] for arrival in sink.seen["stock"]]
    assert set(came) == set(range(put))
    return doubles + len(sink.seen["stock"]) - len({arrival.id for arrival in sink.seen["stock"]})


async def flows(shops: Sequence[Shop], sink: Sink, count: int = 25) -> None:
    """Each host accepts, and what they accepted arrives, and events too."""
    begin = {shop: len(shop.accepted["orders"]) for shop in shops}
    events = len(sink.seen["stock"])
    await until(lambda: all(len(shop.accepted["orders"]) >= begin[shop] + count for shop in shops), 20)
    wanted = {order["id"] for shop in shops for order in shop.accepted["orders"][begin[shop] :][:count]}
    await until(lambda: wanted <= {arrival.id for arrival in sink.seen["orders"]}, 20)
    await until(lambda: len(sink.seen["stock"]) >= events + count, 20)


def consumers(rabbitmq: RabbitMQ, queue: str) -> int:
    lines = rabbitmq.control("list_queues", "name", "consumers", "--no-table-headers").splitlines()
    return next(int(line.split()[1]) for line in lines if line.split()[0] == queue)


async def rolling(folder: Path, engines: Engines, rabbitmq: RabbitMQ, queue: str) -> None:
    async with Sink() as sink, hosts(folder, sink, engines, queue) as shops:
        traffic = Traffic(shops, rabbitmq, queue)
        await flows(shops, sink)
        assert await asyncio.to_thread(consumers, rabbitmq, queue) == 2, "both hosts take from the queue"
        for shop in shops if LONG else shops[:1]:
            assert await shop.stop() == 0, shop.log[-3000:]
            await flows([other for other in shops if other is not shop], sink)
            await shop.start()
            await flows(shops, sink)
        await traffic.end()
        assert await nothing_missing(shops, sink, traffic.put) == 0, "nothing was killed, nothing may come twice"


@only_long
def test_hosts_are_restarted_one_by_one_under_load(
    tmp_path: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ, unique: str
) -> None:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
    engines = Engines("postgresql-rabbitmq", rabbitmq, postgresql, rabbitmq)
    asyncio.run(rolling(tmp_path, engines, rabbitmq, unique))


async def dying(folder: Path, engines: Engines, rabbitmq: RabbitMQ, queue: str) -> float:
    """Seconds from the death of a host (short form: from the end of its leases) until all that it had accepted arrived."""
    async with Sink() as sink, hosts(folder, sink, engines, queue) as shops:
        traffic = Traffic(shops, rabbitmq, queue)
        await flows(shops, sink)
        dead = shops[1]
        children = [pid for name, pid in dead.pids().items() if name.startswith("child")]
        assert dead.kill("supervisor")
        killed = time.monotonic()
        await traffic.end()
        if not LONG:
            ledger = ledger_of(engines, dead)
            for pid in children:
                ledger.end_leases(pid)
            killed = time.monotonic()
        wanted = {order["id"] for order in dead.accepted["orders"]}
        await until(lambda: wanted <= {arrival.id for arrival in sink.seen["orders"]}, LEASE + 10)
        took = time.monotonic() - killed
        doubles = await nothing_missing(shops, sink, traffic.put)
        assert doubles <= IN_FLIGHT, f"{doubles} doubles: more than was in flight"
        return took


def test_a_dead_hosts_work_is_taken_over(tmp_path: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ, unique: str) -> None:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
    engines = Engines("postgresql-rabbitmq", rabbitmq, postgresql, rabbitmq)
    took = asyncio.run(dying(tmp_path, engines, rabbitmq, unique))
    assert took < (LEASE if LONG else 0) + NOTICED, f"it took {took:.1f} s"
