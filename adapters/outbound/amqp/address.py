"""Where one delivery goes by AMQP: made from the message and the options of `send`, checked before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.outbound.amqp.frames import LONGEST_SHORT, Headers
from router.errors import ExpressionError, MessageError
from router.message import Message
from router.ports import Expression

MOST_HEADERS = 65_536
"""Bytes of all headers: they must fit in one frame."""


@dataclass(frozen=True, slots=True)
class AmqpAddress:
    """`exchange` is '' for the default one, whose routing keys are the names of queues."""

    exchange: str
    routing_key: str
    headers: Headers = ()

    @property
    def place(self) -> str:
        """In words."""
        if not self.exchange:
            return f"queue {self.routing_key}"
        return f"exchange {self.exchange}, routing key {self.routing_key!r}"


def prepare(send: Mapping[str, Any]) -> Callable[[Message], AmqpAddress]:
    """Pure. What it returns raises MessageError (stage `send`)."""
    headers: Mapping[str, Expression] = dict(send.get("headers") or {})
    queue, routing_key = send.get("queue"), send.get("routing_key")
    if queue is not None:
        check_short("queue", str(queue))
    exchange = "" if queue is not None else str(send["exchange"])

    def address(message: Message) -> AmqpAddress:
        if queue is not None:
            key = str(queue)
        else:
            key = "" if routing_key is None else rendered(routing_key, message, "routing_key")
            check_short("routing_key", key)
        found = tuple((name, rendered(text, message, f"headers.{name}")) for name, text in headers.items())
        return AmqpAddress(exchange, key, checked(found) if found else found)

    return address


def checked(headers: Headers) -> Headers:
    size = sum(len(name) + len(text.encode("utf-8", "replace")) for name, text in headers)
    if size > MOST_HEADERS:
        raise MessageError("send", "header", f"headers: {size} bytes; at most {MOST_HEADERS} are possible")
    return headers


def rendered(template: Expression, message: Message, field: str) -> str:
    try:
        return str(template(message))
    except ExpressionError as error:
        raise MessageError("send", error.error, f"{field}: {error.reason}") from error


def check_short(field: str, text: str) -> None:
    size = len(text.encode("utf-8", "replace"))
    if size > LONGEST_SHORT:
        raise MessageError("send", "limit", f"{field}: {text[:60]!r}… has {size} bytes; at most {LONGEST_SHORT} are possible")
