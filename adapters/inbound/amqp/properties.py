"""The properties of a message that came in, read leniently.

A sender may put anything into them: ids that are no UTF-8, a time in milliseconds where seconds belong. The driver raises
at that, the broker would bring the same message again, and the queue would stand still for ever. Here what cannot be
read is left out, and the message goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from struct import Struct
from struct import error as StructError

LONG = Struct(">I")
LONG_LONG = Struct(">Q")
FLAGS = Struct(">H")

Read = Callable[[bytes, int], tuple[str | None, int]]
"""The value at an offset as text, None where it is none; and the offset behind it."""


def text_of(raw: bytes) -> str:
    """UTF-8, else each byte as a character: nothing is lost and nothing fails."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def moment(seconds: int) -> str:
    """Seconds since 1970 as ISO 8601; what no calendar holds as it is."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def short_text(buffer: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + buffer[at]
    return text_of(buffer[at + 1 : end]), end


def _long_text(buffer: bytes, at: int) -> tuple[str, int]:
    start = at + 4
    end = start + LONG.unpack_from(buffer, at)[0]
    return text_of(buffer[start:end]), end


def _skipped(buffer: bytes, at: int) -> tuple[None, int]:
    """A table or an array: no scalar."""
    return None, at + 4 + LONG.unpack_from(buffer, at)[0]


def _number(layout: str, text: Callable[[object], str] = str) -> Read:
    struct = Struct(layout)

    def read(buffer: bytes, at: int) -> tuple[str, int]:
        return text(struct.unpack_from(buffer, at)[0]), at + struct.size

    return read


def _decimal(buffer: bytes, at: int) -> tuple[str, int]:
    scale, digits = Struct(">Bi").unpack_from(buffer, at)
    return f"{Decimal(digits).scaleb(-scale):f}", at + 5


def _moment(buffer: bytes, at: int) -> tuple[str, int]:
    return moment(LONG_LONG.unpack_from(buffer, at)[0]), at + 8


VALUES: dict[int, Read] = {
    ord("S"): _long_text, ord("x"): _long_text, ord("F"): _skipped, ord("A"): _skipped,
    ord("t"): _number(">?", lambda yes: "true" if yes else "false"), ord("V"): lambda _buffer, at: (None, at),
    ord("b"): _number(">b"), ord("B"): _number(">B"), ord("s"): _number(">h"), ord("U"): _number(">h"),
    ord("u"): _number(">H"), ord("I"): _number(">i"), ord("i"): _number(">I"), ord("l"): _number(">q"),
    ord("L"): _number(">q"), ord("f"): _number(">f"), ord("d"): _number(">d"), ord("D"): _decimal, ord("T"): _moment,
}  # fmt: skip
"""Types of table values by their letter, as RabbitMQ writes them (its errata to AMQP 0-9-1, section 3)."""


def table(buffer: bytes, at: int, end: int) -> Iterator[tuple[str, str]]:
    """The scalars of a table; ends early at what nobody can read."""
    try:
        while at < end:
            name, at = short_text(buffer, at)
            value, at = VALUES[buffer[at]](buffer, at + 1)
            if value is not None:
                yield name, value
    except (KeyError, IndexError, StructError):
        return


def _octet(buffer: bytes, at: int) -> tuple[str, int]:
    return str(buffer[at]), at + 1


PROPERTIES: tuple[tuple[int, str, Read], ...] = (
    (0x8000, "content-type", short_text), (0x4000, "content-encoding", short_text), (0x2000, "", _skipped),
    (0x1000, "delivery-mode", _octet), (0x0800, "priority", _octet), (0x0400, "correlation-id", short_text),
    (0x0200, "reply-to", short_text), (0x0100, "expiration", short_text), (0x0080, "message-id", short_text),
    (0x0040, "timestamp", _moment), (0x0020, "type", short_text), (0x0010, "user-id", short_text),
    (0x0008, "app-id", short_text), (0x0004, "cluster-id", short_text),
)  # fmt: skip
"""The flag of each in the header frame, in their order (AMQP 0-9-1, 4.2.6.1); the one without a name is the table."""

FIRST = 12
"""Bytes of a header frame before the flags: class, weight, size of the body."""


def read_properties(header: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """(properties, headers) of a content header frame, all as texts. What cannot be read is not there."""
    properties: dict[str, str] = {}
    headers: dict[str, str] = {}
    (flags,) = FLAGS.unpack_from(header, FIRST)
    at = FIRST + 2
    try:
        for flag, name, read in PROPERTIES:
            if flags & flag:
                value, end = read(header, at)
                if not name:
                    headers.update(table(header, at + 4, end))
                elif value:
                    properties[name] = value
                at = end
    except (IndexError, StructError):
        pass
    return properties, headers
