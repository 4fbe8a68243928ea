"""Filters that make numbers or work on them. Whole numbers and decimals only, exact."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from router.errors import ExpressionError
from transforms.filters.values import (
    EXACT,
    MOST_DIGITS,
    Number,
    a_number,
    a_whole,
    number_of_text,
    plain,
    shown,
    wrong,
)

WHOLE = re.compile(r"[+-]?[0-9]+")
WAYS = {"up": ROUND_HALF_UP, "even": ROUND_HALF_EVEN}


def decimal(value: Any, mark: str = ".") -> Decimal:
    """The exact number of a text whose decimal mark is `mark`; a number stays what it is."""
    if not isinstance(value, str):
        return Decimal(a_number(value))
    if mark not in (".", ","):
        raise ExpressionError(f"the decimal mark is {shown(mark)}; it is '.' or ','", "value")
    if mark == ",":
        if "." in value:
            raise ExpressionError(f"{shown(value)} is not a number with a decimal comma", "value")
        return number_of_text(value.replace(",", ".")) if value.count(",") <= 1 else number_of_text(value)
    return number_of_text(value)


def whole(value: Any) -> int:
    """`int`: a whole number; a fraction is an error, never cut off."""
    if isinstance(value, str):
        if WHOLE.fullmatch(value) is None:
            raise ExpressionError(f"{shown(value)} is not a whole number", "value")
        if len(value) > MOST_DIGITS:
            raise ExpressionError(f"a number of {len(value)} digits is too long", "limit")
        return int(value)
    number = a_number(value)
    if isinstance(number, int):
        return number
    plain(number)  # a number with a huge exponent is refused before it is written out
    if number != number.to_integral_value():
        raise ExpressionError(f"{shown(number)} is not a whole number; use | round first", "value")
    return int(number)


def round_to(value: Any, places: int = 0, way: str = "up") -> Number:
    """`round`: half up, or half to even where asked for. A whole number stays one."""
    number = a_number(value)
    if way not in WAYS:
        raise ExpressionError(f"round knows 'up' and 'even', not {shown(way)}", "value")
    if not 0 <= a_whole(places, "the number of places") <= 100:
        raise ExpressionError(f"round to {places} places: 0 to 100 are possible", "value")
    if isinstance(number, int):
        return number
    plain(number)
    return number.quantize(Decimal(1).scaleb(-places), WAYS[way], EXACT)


def absolute(value: Any) -> Number:
    """`abs`."""
    number = a_number(value)
    return number if number >= 0 else -number if isinstance(number, int) else number.copy_abs()


def number_of(value: Any) -> Number:
    """A number, or the number that a text says: what `sum` adds."""
    if isinstance(value, str):
        return number_of_text(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return a_number(value)
    raise wrong(value, "a number")


def total(numbers: list[Number]) -> Decimal:
    """The exact sum; 0 of none."""
    result = Decimal(0)
    for number in numbers:
        plain(number)
        result = EXACT.add(result, Decimal(number))
    return result
