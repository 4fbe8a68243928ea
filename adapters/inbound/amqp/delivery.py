"""A message as a broker delivers it, put together from its frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import Any

from amqp.method_framing import frame_handler

from adapters.amqp.connection import FrameHandler
from adapters.amqp.transport import Frame
from adapters.inbound.amqp.properties import read_properties, short_text

METHOD, HEADER, BODY = 1, 2, 3
DELIVER = b"\x00\x3c\x00\x3c"
"""Class 60, method 60."""
TAG = Struct(">QB")
"""Delivery tag, and whether it was delivered before."""
SIZE = Struct(">Q")
SIZE_AT = 4


@dataclass(frozen=True, slots=True)
class Delivery:
    """`tag` names it to the broker; `redelivered` says that the broker has sent it to somebody before."""

    tag: int
    redelivered: bool
    exchange: str
    routing_key: str
    properties: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


Take = Callable[[Delivery], None]


class Assembler:
    """Deliveries go to `take`, everything else to the driver."""

    def __init__(self, take: Take, connection: Any, callback: Callable[..., None]) -> None:
        self._take = take
        self._connection = connection
        self._others = frame_handler(connection, callback)
        self._method: bytes | None = None
        self._header = b""
        self._pieces: list[bytes] = []
        self._left = 0

    def __call__(self, frame: Frame) -> bool:
        """Whether something is complete; called by the connection for each frame."""
        kind, _, payload = frame
        if kind == METHOD and payload.startswith(DELIVER):
            self._method = payload
        elif self._method is not None and kind == HEADER:
            self._header, self._pieces = payload, []
            (self._left,) = SIZE.unpack_from(payload, SIZE_AT)
        elif self._method is not None and kind == BODY:
            self._pieces.append(payload)
            self._left -= len(payload)
        else:
            return bool(self._others(frame))
        self._connection.bytes_recv += 1
        return kind != METHOD and self._complete()

    def _complete(self) -> bool:
        if self._left > 0 or self._method is None:
            return False
        method, self._method = self._method, None
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        self._take(read_delivery(method, self._header, body))
        return True


def read_delivery(method: bytes, header: bytes, body: bytes) -> Delivery:
    at = len(DELIVER) + 1 + method[len(DELIVER)]  # behind the consumer's tag
    tag, bits = TAG.unpack_from(method, at)
    exchange, at = short_text(method, at + TAG.size)
    routing_key, _ = short_text(method, at)
    return Delivery(tag, bool(bits & 1), exchange, routing_key, *read_properties(header), body)


def to(take: Take) -> FrameHandler:
    """What `dial` takes as its frame handler."""
    return partial(Assembler, take)
