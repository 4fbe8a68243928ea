"""The adapter of `send: {amqp: …}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.outbound.amqp.address import AmqpAddress, prepare
from router.message import Message
from router.ports import Target


class AmqpKind:
    """Messages with stable bytes and the delivery's id. Queues and exchanges must exist: nothing is declared."""

    name = "amqp"
    collects = False
    rows = False

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], AmqpAddress]:
        """`routing_key` and `headers` are templates."""
        return prepare(send)

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        from adapters.amqp.broker import broker_of  # a client is loaded where something is sent
        from adapters.outbound.amqp.target import AmqpTarget

        broker = broker_of(str(options["url"]), Path(options.get("base") or "."))
        return AmqpTarget(broker, f"Crossdock, {name}", float(options.get("timeout", 30.0)))

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        from adapters.amqp.broker import broker_of
        from adapters.amqp.visit import visit

        return visit(broker_of(str(options["url"]), Path(options.get("base") or ".")), f"Crossdock, {name}", seconds)
