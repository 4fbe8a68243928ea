"""Filters that make texts or work on them."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from router.errors import EncodeError, ExpressionError
from transforms.codecs.json import encode
from transforms.filters.numbers import round_to
from transforms.filters.values import (
    a_list,
    a_number,
    a_text,
    a_whole,
    bounded,
    iso_text,
    plain,
    shown,
    wrong,
)


def text(value: Any, places: int | None = None) -> str:
    """A scalar as text: numbers plainly, dates as ISO says; `text(2)` rounds half up and pads to two places."""
    if places is not None:
        number = Decimal(a_number(value))
        return plain(round_to(number, places))
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return plain(a_number(value))
    if isinstance(value, dt.date):
        return iso_text(value)
    raise wrong(value, "a text, a number or a date", "; use | json" if isinstance(value, dict | list) else "")


def joined(value: Any, separator: str = "") -> str:
    """`join`: texts, whole numbers and decimals, one after the other."""
    parts = [part(item, n) for n, item in enumerate(a_list(value))]
    bounded(sum(map(len, parts)) + len(a_text(separator)) * max(0, len(parts) - 1))
    return separator.join(parts)


def part(item: Any, n: int) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, int | Decimal) and not isinstance(item, bool):
        return plain(a_number(item))
    if item is None:
        raise ExpressionError(f"item [{n}] is null", "null")
    raise ExpressionError(f"item [{n}]: {wrong(item, 'a text or a number').reason}", "type")


def split(value: Any, separator: str | None = None) -> list[str]:
    """The parts between separators; without one, the words."""
    if separator is not None and not a_text(separator):
        raise ExpressionError("split needs a separator that is not empty", "value")
    return a_text(value).split(separator)


def replace(value: Any, old: str, new: str) -> str:
    whole, old, new = a_text(value), a_text(old), a_text(new)
    if not old:
        raise ExpressionError("replace needs a text to look for", "value")
    bounded(len(whole) + whole.count(old) * (len(new) - len(old)))
    return whole.replace(old, new)


def upper(value: Any) -> str:
    return a_text(value).upper()


def lower(value: Any) -> str:
    return a_text(value).lower()


def trim(value: Any) -> str:
    return a_text(value).strip()


def pad(value: Any, width: int, fill: str = " ") -> str:
    """Fills on the left up to `width` characters. Of a number filled with zeros the sign stays in front."""
    if len(a_text(fill)) != 1:
        raise ExpressionError(f"pad fills with one character, not {shown(fill)}", "value")
    bounded(a_whole(width, "the width"))
    if isinstance(value, str):
        return value.rjust(width, fill)
    number = plain(a_number(value))
    return number.zfill(width) if fill == "0" else number.rjust(width, fill)


def sha256(value: Any) -> str:
    """The SHA-256 of a text's UTF-8, or of bytes, in hexadecimal."""
    data = value if isinstance(value, bytes) else a_text(value).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()


def json(value: Any) -> str:
    """Compact JSON with exact numbers. It can hold null, so that this filter alone takes it."""
    try:
        return encode(value).decode()
    except EncodeError as error:
        raise ExpressionError(error.reason, "value") from None
