"""Values of a body on their way into a database: what they have in common, whatever the database is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from router.errors import EncodeError
from transforms.codecs.json import encode

DIGITS = 4_000
"""The longest number that is written; Python refuses longer ones, no column holds them."""

PARAMETER = "parameter"
"""Stands for the type of a column where it is not known: of what a statement is given."""


class Unfit(Exception):
    """No column holds this value; the text says why."""


def simple(value: Any) -> Any:
    """None, bool, int, Decimal, float, text, bytes, a date or a time as it is; a list or an object as its JSON. Raises
    Unfit."""
    if value is None or isinstance(value, (bool, date, time, bytes)):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        if value.bit_length() > DIGITS * 3:
            raise Unfit(f"a number of over {DIGITS} digits")
        return int(value)
    if isinstance(value, (Decimal, float)):
        if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
            raise Unfit(f"{value} is not a number that a column holds")
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return str(value) if isinstance(value, UUID) else json_text(value)


def text(value: str) -> str:
    """A plain text: what `xpath` gives is a kind of its own."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as wrong:
            raise Unfit(f"the text holds the lone surrogate U+{ord(value[wrong.start]):04X}") from None
    return value if type(value) is str else str(value)


def json_text(value: Any) -> str:
    """Exact: a Decimal has exactly its digits, dates are ISO texts."""
    try:
        written = encode(value).decode()
    except EncodeError as error:
        raise Unfit(error.reason.removeprefix("body: ")) from None
    if isinstance(value, (Mapping, list, tuple)) or not written.startswith('"'):
        return written
    return written[1:-1]


def iso(value: date | time) -> str:
    """As JSON has it, so that a column gets the same text whether it was named or not."""
    written = value.isoformat()
    return written.removesuffix("+00:00") + "Z" if written.endswith("+00:00") else written


def is_aware(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None
