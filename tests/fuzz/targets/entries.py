"""What brokers deliver: properties of AMQP, entries of streams."""

from __future__ import annotations

from struct import pack

from adapters.inbound.amqp.delivery import Delivery
from adapters.inbound.amqp.envelope import headers_of, unread
from adapters.inbound.amqp.properties import read_properties
from adapters.inbound.redis_stream.entries import Entry, drawn
from router.route import Route, Source
from tests.fuzz.target import Target, told

HEAD = pack(">HHQ", 60, 0, 0)
STREAM = Route("stock", Source("redis", {"redis": "events", "stream": "stock", "group": "crossdock"}), ())


def amqp(raw: bytes) -> str:
    """From the flags on, as a broker passes them on: it refuses none. What comes out can be stored."""
    properties, headers = read_properties(HEAD + raw.ljust(2, b"\0"))
    delivery = Delivery(1, False, "x", "k", properties, headers, b"")
    found, end = headers_of(delivery), unread(delivery)
    for text in (*found, *found.values()):
        text.encode()
    if end is not None:
        told(end.reason)
    return repr((found, end))


def redis(raw: bytes) -> str:
    """Names and values with a zero byte between them."""
    fields = raw.split(b"\0")
    entry = Entry(b"7-1", fields[: len(fields) // 2 * 2])
    found = drawn(STREAM, entry)
    for text in (found.name, *found.envelope.headers, *found.envelope.headers.values(), found.envelope.content_type or ""):
        text.encode()
    if found.end is not None:
        told(found.end.reason)
    return repr((found.name, found.end, found.envelope.read(), dict(found.envelope.headers)))


TABLE = (
    b"\x01aS\0\0\0\x02xy\x01bI\0\0\0\x07\x01cF\0\0\0\x05\x01dt\x01\x01\x01eT\0\0\0\0e\xa0\0\0\x01fD\x02\0\0\x04\xd2"
    b"\x01gd?\xf0\0\0\0\0\0\0"
)
WRITTEN = (
    b"\0\0",
    b"\x80\0\x10application/json",
    b"\x20\x80" + pack(">I", len(TABLE)) + TABLE + b"\x01m",
    b"\xff\xfc" + b"\x01a\x05utf-8\0\0\0\0\x02\x09\x01c\x01r\x0260\x01m" + b"\0" * 8 + b"\x01t\x01u\x01p\x01k",
)
FIELDS = (
    b"body\0{}\0type\0sold",
    b"sku\0001\0qty\0002",
    b"body\0x\0body\0y",
    b"Content-Type\0text/csv\0body\0a;b",
    b"tag\0a\0TAG\0b\0\xe4\0\xff\0body\0",
)
TARGETS = (
    Target("amqp", amqp, (), written=WRITTEN, words="amqp", longest=512),
    Target("redis", redis, (), written=FIELDS, words="redis", longest=512),
)
