"""One message as the bytes that go out: basic.publish, its properties and its body (AMQP 0-9-1, 4.2 and 2.3.5).

The driver builds the same bytes ten times slower, with a system call for each message; a test holds the two against
each other.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

Headers = tuple[tuple[str, str], ...]
"""Names and texts."""
LONGEST_SHORT = 255
"""Bytes of a short string: names, keys, ids."""

FRAME = Struct(">BHI")
HEADER = Struct(">HHQH")
"""Class, weight, size of the body, flags of the properties that are there."""
LENGTH = Struct(">I")
METHOD_FRAME, HEADER_FRAME, BODY_FRAME = 1, 2, 3
END = b"\xce"
BASIC = 60
PUBLISH = b"\x00\x3c\x00\x28\x00\x00"
"""Class 60, method 40, and a field that is reserved."""
MANDATORY = b"\x01"
CONTENT_TYPE, HEADERS, DELIVERY_MODE, MESSAGE_ID = 0x8000, 0x2000, 0x1000, 0x0080
"""Flags of the properties that we set; they follow each other in this order."""
PERSISTENT = b"\x02"
FRAME_MARGIN = 8
"""Bytes of a frame around its payload."""


def short(text: str) -> bytes:
    """Raises ValueError for one that is too long."""
    raw = text.encode("utf-8", "replace")
    if len(raw) > LONGEST_SHORT:
        raise ValueError(f"{text[:60]!r}… has {len(raw)} bytes; at most {LONGEST_SHORT} are possible")
    return len(raw).to_bytes(1, "big") + raw


def headers_table(headers: Headers) -> bytes:
    """A table of texts with its length."""
    items = []
    for name, text in headers:
        raw = text.encode("utf-8", "replace")
        items.append(short(name) + b"S" + LENGTH.pack(len(raw)) + raw)
    table = b"".join(items)
    return LENGTH.pack(len(table)) + table


@lru_cache(maxsize=256)
def publish_frame(channel: int, exchange: str, routing_key: str) -> bytes:
    payload = PUBLISH + short(exchange) + short(routing_key) + MANDATORY
    return FRAME.pack(METHOD_FRAME, channel, len(payload)) + payload + END


@lru_cache(maxsize=64)
def opening(content_type: str, headers: bool) -> tuple[int, bytes]:
    """The flags and the property that stands first."""
    flags = DELIVERY_MODE | MESSAGE_ID | (HEADERS if headers else 0)
    return (flags | CONTENT_TYPE, short(content_type)) if content_type else (flags, b"")


def message_bytes(
    channel: int, frame_max: int, exchange: str, routing_key: str, content_type: str, headers: Headers, id: str, body: bytes
) -> bytes:
    """A persistent, mandatory message; the body in as many frames as it needs. Raises ValueError where a name or the
    id is too long."""
    flags, first = opening(content_type, bool(headers))
    properties = b"".join((first, headers_table(headers) if headers else b"", PERSISTENT, short(id)))
    header = HEADER.pack(BASIC, 0, len(body), flags)
    frames = [
        publish_frame(channel, exchange, routing_key),
        FRAME.pack(HEADER_FRAME, channel, len(header) + len(properties)), header, properties, END,
    ]  # fmt: skip
    most = frame_max - FRAME_MARGIN
    for start in range(0, len(body), most):
        part = body if len(body) <= most else body[start : start + most]
        frames += (FRAME.pack(BODY_FRAME, channel, len(part)), part, END)
    return b"".join(frames)
