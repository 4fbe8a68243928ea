"""The adapter of `send: {redis: …}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.outbound.redis.address import StreamAddress
from router.message import Message
from router.ports import Target


class RedisKind:
    """Entries with the fields `body` and `id`."""

    name = "redis"
    collects = False
    rows = False

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], StreamAddress]:
        address = StreamAddress(str(send["stream"]), send.get("maxlen"))
        return lambda message: address

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        from adapters.outbound.redis.target import RedisTarget  # a client is loaded where something is sent
        from adapters.redis_server import Server

        return RedisTarget(Server(options))

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        from adapters.redis_server import visit

        return visit(options, seconds)
