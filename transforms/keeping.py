"""A message written down and read again: what a step made that must not run twice.

msgpack, with an extension for each kind of value that it does not know. No pickle: what is read here runs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from lxml import etree

from router.message import Message

DECIMAL, DATE, TIME, MOMENT, LARGE, ELEMENT, DOCUMENT, NAIVE = range(1, 9)
LONG = 1 << 63

Ext = msgspec.msgpack.Ext
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


class NotKept(TypeError):
    """A value that cannot be written down."""


def write(message: Message) -> bytes:
    """Raises NotKept, which names the type."""
    kept = {"body": plain(message.body), "headers": dict(message.headers), "changed": message.changed}
    return ENCODER.encode(kept)


def read(message: Message, data: bytes) -> Message:
    """What was written of this message."""
    kept = DECODER.decode(data)
    return Message(message.envelope, kept["body"], kept["headers"], message.record, kept["changed"], message.target)


def plain(value: Any) -> Any:
    """The value with what msgpack would take for something else in an extension: ints beyond 64 bits, times."""
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -LONG <= value < LONG else Ext(LARGE, str(value).encode())
    written = WRITERS.get(type(value))
    return written(value) if written is not None else value


def _moment(value: dt.datetime) -> msgspec.msgpack.Ext:
    return Ext(MOMENT if value.tzinfo is not None else NAIVE, value.isoformat().encode())


WRITERS: Mapping[type, Callable[[Any], Any]] = {
    Decimal: lambda value: Ext(DECIMAL, str(value).encode()),
    dt.datetime: _moment,
    dt.date: lambda value: Ext(DATE, value.isoformat().encode()),
    dt.time: lambda value: Ext(TIME, value.isoformat().encode()),
}
READERS: Mapping[int, Callable[[str], Any]] = {
    DECIMAL: Decimal, DATE: dt.date.fromisoformat, TIME: dt.time.fromisoformat, MOMENT: dt.datetime.fromisoformat,
    NAIVE: dt.datetime.fromisoformat, LARGE: int,
}  # fmt: skip


def _other(value: Any) -> Any:
    if isinstance(value, etree._ElementTree):
        return Ext(DOCUMENT, etree.tostring(value))
    if isinstance(value, etree._Element):
        return Ext(ELEMENT, etree.tostring(value, with_tail=False))
    raise NotKept(f"a {type(value).__name__} cannot be kept: leave texts, numbers, dates, lists, mappings or XML")


def _extension(code: int, data: memoryview) -> Any:
    if code in (ELEMENT, DOCUMENT):
        root = etree.fromstring(bytes(data), PARSER)
        return root if code == ELEMENT else root.getroottree()
    return READERS[code](bytes(data).decode())


ENCODER = msgspec.msgpack.Encoder(enc_hook=_other)
DECODER = msgspec.msgpack.Decoder(ext_hook=_extension)
