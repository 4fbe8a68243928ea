"""The web side over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.web.admin import Admin
from adapters.web.metrics import registry_of
from adapters.web.server import serve
from tests.adapters.web.outside import Web

TOKEN = {"Authorization": "Bearer shop-token"}


class Running:
    """The two ports, and the way to stop."""

    def __init__(self) -> None:
        self.ports: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.http = self.admin = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"


@asynccontextmanager
async def running(web: Web) -> AsyncIterator[Running]:
    admin = Admin(lambda: {"ledger": True}, registry_of(web.metrics, lambda: ()))
    server = Running()

    def bound(http: int, admin_port: int) -> None:
        server.ports.set_result((http, admin_port))

    server.task = asyncio.create_task(serve(web.api, admin, "127.0.0.1:0", "127.0.0.1:0", server.stop, bound))
    server.http, server.admin = await server.ports
    try:
        yield server
    finally:
        server.stop.set()
        await asyncio.wait_for(server.task, 15)


async def raw(port: int, request: bytes, more: bytes = b"") -> bytes:
    """All that comes back until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write(more)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer
