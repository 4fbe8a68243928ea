"""The other systems of AMQP tests: they declare queues, put messages in and take them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import amqp

from tests.integration.servers.rabbitmq import PASSWORD, USER, RabbitMQ


@dataclass(frozen=True)
class Got:
    body: bytes
    properties: Mapping[str, Any] = field(default_factory=dict)
    routing_key: str = ""


class Queues:
    """A plain client, opened again after the broker's restart."""

    def __init__(self, server: RabbitMQ) -> None:
        self._server = server
        self._connection: Any = None
        self._published, self._unconfirmed = 0, set[int]()

    def __enter__(self) -> Queues:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except (OSError, amqp.AMQPError):
                connection.collect()

    @property
    def channel(self) -> Any:
        if self._connection is None:
            host = f"127.0.0.1:{self._server.port}"
            self._connection = amqp.Connection(host, USER, PASSWORD, connect_timeout=10)
            self._connection.connect()
            self._connection.sock.settimeout(20)
            self._channel = self._connection.channel(1)
            self._channel.auto_decode = False
            self._channel.confirm_select()
            self._channel.events["basic_ack"].add(self._acknowledged)
            self._published, self._unconfirmed = 0, set()
        return self._channel

    def declare(self, name: str, arguments: Mapping[str, Any] | None = None) -> None:
        self.channel.queue_declare(name, durable=True, auto_delete=False, arguments=dict(arguments or {}))

    def exchange(self, name: str, kind: str, bindings: Mapping[str, str]) -> None:
        """`bindings`: routing key by queue."""
        self.channel.exchange_declare(name, kind, durable=True, auto_delete=False)
        for queue, key in bindings.items():
            self.channel.queue_bind(queue, name, key)

    def put(self, queue: str, body: bytes, **properties: Any) -> None:
        self.publish("", queue, body, **properties)

    def publish(self, exchange: str, routing_key: str, body: bytes, **properties: Any) -> None:
        self.channel.basic_publish(amqp.Message(body, delivery_mode=2, **properties), exchange, routing_key)
        self._published += 1
        self._unconfirmed.add(self._published)

    def confirm(self) -> None:
        """Returns when the broker has all that was put on its disk: it may be killed then."""
        while self._unconfirmed:
            self._connection.drain_events()

    def _acknowledged(self, tag: int, multiple: bool) -> None:
        self._unconfirmed -= set(range(tag + 1)) if multiple else {tag}

    def count(self, queue: str) -> int:
        """Messages that are ready."""
        return int(self.channel.queue_declare(queue, passive=True).message_count)

    def all(self, queue: str) -> list[Got]:
        """Takes all that is there."""
        found: list[Got] = []
        while (message := self.channel.basic_get(queue, no_ack=True)) is not None:
            found.append(Got(bytes(message.body or b""), dict(message.properties), message.delivery_info["routing_key"]))
        return found
