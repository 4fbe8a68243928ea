"""Messages that expressions, templates and maps are tried on, and how their values are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from router.message import Envelope, File, Message

ORDER: dict[str, Any] = {
    "qty": 2,
    "price": Decimal("1.50"),
    "name": "x",
    "nothing": None,
    "ok": True,
    "on": date(2026, 3, 1),
    "at": datetime(2026, 3, 1, 10, 15, 32, tzinfo=UTC),
    "d": {"keys": 5, "items": "7"},
    "big": 10**40,
    "empty": [],
    "items": [{"p": "1.10", "q": 1}, {"p": 2, "q": None}],
    "words": ["b", "a", "ü", "a"],
    "text": "2026-03-01",
    "": "no name",
}
DOCUMENT = etree.fromstring("<a xmlns:p='urn:p'><p:r i='1'>x</p:r><p:r>2</p:r><b/></a>")
ENVELOPE = Envelope(
    "m-1",
    "route",
    "/orders",
    datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    headers={"x-kind": "h"},
    params={"sku": "7"},
    file=File("SALES_1.csv", 10),
)
BODIES: tuple[Any, ...] = (ORDER, DOCUMENT, [ORDER, {}], "text", None, 7, {})


def message(variant: int) -> Message:
    return Message(ENVELOPE, BODIES[variant % len(BODIES)], record=3)


def shown(value: Any) -> str:
    """Alike for values that are alike; the type of a number counts."""
    if hasattr(value, "xpath"):
        return repr(etree.tostring(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, int) and value.bit_length() > 10_000:
        return f"a number of {value.bit_length()} bits"
    return repr(value)
