"""Two hosts with one ledger whose projects differ: each serves its own version, the older one says so, and `status` shows
which host serves which."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from tests.faults.engines import Engines
from tests.faults.shop import Shop, until
from tests.faults.sink import Sink
from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.longer import only_long

ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}"}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    steps: [set: {{body.edition: "{edition}"}}]
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
"""


async def served(folder: Path, engines: Engines) -> None:
    common = engines.options()
    async with AsyncExitStack() as stack:
        sink = await stack.enter_async_context(Sink())
        older = await stack.enter_async_context(Shop(folder / "older", sink.port, ROUTES, common=common, edition=1))
        newer = await stack.enter_async_context(Shop(folder / "newer", sink.port, ROUTES, common=common, edition=2))
        said = "this host serves version 1 of the project; version 2 was stored by"
        await until(lambda: said in older.log, 20)
        assert older.log.count(said) == 1, "once a host, not once a process"
        assert said not in newer.log
        for n, shop in enumerate((older, newer, older, newer)):
            await post(shop, n)
        await until(lambda: len(sink.keys["orders"]) == 4, 30)
        assert {a.body["n"]: a.body["edition"] for a in sink.seen["orders"]} == {0: 1, 1: 2, 2: 1, 3: 2}
        await seen(older, {1: 2, 2: 2})
        check = await asyncio.to_thread(newer.run, "status")
        assert "1, while 2 is current" in check.stdout, check.stdout
        deployed = await asyncio.to_thread(newer.run, "routes", "rollback", "1", "--yes")
        assert deployed.returncode == 0, deployed.stderr
        await seen(newer, {3: 3})


async def post(shop: Shop, n: int) -> None:
    async with ClientSession() as session, session.post(f"{shop.url}/orders", json={"n": n}) as answer:
        assert answer.status == 202, await answer.text()


async def seen(shop: Shop, versions: dict[int, int]) -> None:
    """Returns when `status` shows all roles of both hosts, by the versions that they serve and the one that is current."""
    wanted = {(served, current, role) for served, current in versions.items() for role in ("web", "inbound", "worker")}
    rows: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        while len({row["id"] for row in rows}) != 2 or wanted != set(places(rows)):
            status = await shop.figures("status")
            rows = [row for row in status["hosts"] if row["state"] == "up"]


def places(rows: list[dict[str, Any]]) -> Iterator[tuple[int, int, str]]:
    for row in rows:
        yield from ((row["version"], row["current"], role) for role in row["runs"])


@only_long
def test_two_hosts_whose_projects_differ(tmp_path: Path, postgresql: PostgreSQL, rabbitmq: RabbitMQ) -> None:
    asyncio.run(served(tmp_path, Engines("postgresql-rabbitmq", rabbitmq, postgresql, rabbitmq)))
