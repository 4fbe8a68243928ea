"""What filters accept and how their errors speak of it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Context, Decimal, InvalidOperation, Overflow
from typing import Any

from router.errors import ExpressionError

LONGEST = 16 * 1024 * 1024
"""Characters that one text may have."""

MOST_DIGITS = 4_000
"""Digits that one number may have."""

EXACT = Context(prec=MOST_DIGITS, traps=[InvalidOperation, Overflow])

Number = int | Decimal

PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def kind(value: Any) -> str:
    """The kind of a value, in words."""
    if value is None:
        return "null"
    for types, words in KINDS:
        if isinstance(value, types):
            return words
    return "XML" if hasattr(value, "xpath") else f"of the kind {type(value).__name__}"


KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "a text"),
    (bool, "true or false"),
    ((int, Decimal), "a number"),
    (dt.datetime, "a date with time"),
    (dt.date, "a date"),
    (dict, "an object"),
    ((list, tuple), "a list"),
    (bytes, "bytes"),
)


def shown(value: Any) -> str:
    """The value as an error quotes it: short, on one line."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return excerpt(str(value))
    if isinstance(value, str):
        return excerpt(repr(str(value)))
    return kind(value)


def excerpt(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def refuse_null(value: Any) -> None:
    if value is None:
        raise ExpressionError("the value is null", "null")


def wrong(value: Any, expected: str, hint: str = "") -> ExpressionError:
    """The error of a value of a wrong kind."""
    refuse_null(value)
    what = kind(value) if shown(value) == kind(value) else f"{shown(value)} is {kind(value)}"
    return ExpressionError(f"{what}, not {expected}{hint}", "type")


def a_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise wrong(value, "a text", "; use | text first" if isinstance(value, int | Decimal) else "")


def a_number(value: Any) -> Number:
    """An int or a Decimal that is finite; true and false are no numbers."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if isinstance(value, Decimal) and not value.is_finite():
            raise ExpressionError(f"{value} is not a number that can be worked with", "value")
        return value
    raise wrong(value, "a number", "; use | decimal or | int first" if isinstance(value, str) else "")


def a_whole(value: Any, what: str) -> int:
    """A whole number that an author gave as an option."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ExpressionError(f"{what} is {shown(value)}, not a whole number", "type")


def a_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, tuple):
        return list(value)
    raise wrong(value, "a list")


def number_of_text(text: str) -> Decimal:
    """The exact number that a plain text says: sign, digits and a point, nothing else."""
    if PLAIN_NUMBER.fullmatch(text) is None:
        raise ExpressionError(f"{shown(text)} is not a number", "value")
    if len(text) > MOST_DIGITS:
        raise ExpressionError(f"a number of {len(text)} digits is too long", "limit")
    return Decimal(text)


def plain(number: Number) -> str:
    """A number without exponent."""
    if isinstance(number, Decimal):
        if abs(number.adjusted()) > MOST_DIGITS or len(number.as_tuple().digits) > MOST_DIGITS:
            raise ExpressionError(f"the number {shown(number)} has too many digits", "limit")
        return format(number, "f")
    if number.bit_length() > 3 * MOST_DIGITS:
        raise ExpressionError("a whole number has too many digits", "limit")
    return str(number)


def iso_text(value: dt.date) -> str:
    """A date or a time as ISO 8601 says it, with Z for UTC."""
    text = value.isoformat()
    if isinstance(value, dt.datetime) and value.utcoffset() == dt.timedelta(0):
        return text[: text.rindex("+")] + "Z"
    return text


def bounded(length: int) -> None:
    """Refuses a text before it is made."""
    if length > LONGEST:
        raise ExpressionError(f"the text would have {length} characters; at most {LONGEST} are made", "limit")
