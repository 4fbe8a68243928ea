"""The other side: a server that answers as it is told to, and remembers every request in the order of its arrival."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import web


class Arrival(NamedTuple):
    key: str
    body: Any
    at: float
    """Seconds of the monotonic clock."""

    @property
    def id(self) -> str:
        """The message's, out of the delivery's."""
        return self.key.split(":")[0]


Answer = Callable[[str, Any], Awaitable[int]]
"""The status for a body that came to /kind."""


async def take(kind: str, body: Any) -> int:
    return 200


class Sink:
    """`seen` holds what it took, `refused` what it did not, each by the path that it came to."""

    def __init__(self, answer: Answer = take) -> None:
        self.answer = answer
        self.seen: dict[str, list[Arrival]] = defaultdict(list)
        self.refused: dict[str, list[Arrival]] = defaultdict(list)
        self.port = 0

    async def __aenter__(self) -> Sink:
        app = web.Application()
        app.router.add_post("/{kind}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json()
        kind = request.match_info["kind"]
        arrival = Arrival(request.headers["Idempotency-Key"], body, time.monotonic())
        status = await self.answer(kind, body)
        (self.seen if status < 300 else self.refused)[kind].append(arrival)
        return web.json_response({"ok": status < 300}, status=status)
