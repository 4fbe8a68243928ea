"""`send: {amqp: CONNECTION, …}`: messages to queues and exchanges of a RabbitMQ."""

from __future__ import annotations

from adapters.outbound.amqp.kind import AmqpKind

__all__ = ["AmqpKind"]
