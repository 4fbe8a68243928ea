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
"""The status for a body that came to /kind; or it raises Cut."""


class Cut(Exception):
    """The connection is cut instead of an answer: after the work was done where `taken`, in the middle of the answer where
    `begun`."""

    def __init__(self, taken: bool = False, begun: bool = False) -> None:
        super().__init__()
        self.taken, self.begun = taken, begun


async def take(kind: str, body: Any) -> int:
    return 200


class Sink:
    """`seen` holds what it took, `refused` what it did not, each by the path that it came to; `keys` what came there, by its
    delivery id."""

    def __init__(self, answer: Answer = take) -> None:
        self.answer = answer
        self.seen: dict[str, list[Arrival]] = defaultdict(list)
        self.refused: dict[str, list[Arrival]] = defaultdict(list)
        self.keys: dict[str, set[str]] = defaultdict(set)
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

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        kind = request.match_info["kind"]
        try:
            status = await self.answer(kind, body)
        except Cut as cut:
            self._note(cut.taken, kind, request, body)
            return await _cut(request, cut.begun)
        self._note(status < 300, kind, request, body)
        return web.json_response({"ok": status < 300}, status=status)

    def _note(self, taken: bool, kind: str, request: web.Request, body: Any) -> None:
        arrival = Arrival(request.headers["Idempotency-Key"], body, time.monotonic())
        (self.seen if taken else self.refused)[kind].append(arrival)
        if taken:
            self.keys[kind].add(arrival.key)


async def _cut(request: web.Request, begun: bool) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    if begun:
        await answer.prepare(request)
        await answer.write(b'{"ok": ')
    if request.transport is not None:
        request.transport.abort()
    return answer
