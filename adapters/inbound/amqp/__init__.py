"""`from: {amqp: CONNECTION, queue}`: messages of a queue of a RabbitMQ."""

from __future__ import annotations

from adapters.inbound.amqp.source import AmqpSource

__all__ = ["AmqpSource"]
