"""Which value of a row is too long for its column: PostgreSQL does not say."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from adapters.outbound.sql.session import Line

TEXTS = re.compile(r"character(?: varying)?\((\d+)\)")
NUMBERS = re.compile(r"numeric\((\d+),(-?\d+)\)")


def too_long(line: Line) -> str:
    """The first such column; `''` where none is found."""
    columns = zip(line.shape.columns, line.shape.types, line.values, strict=True)
    return next((name for name, type_, value in columns if exceeds(value, type_)), "")


def exceeds(value: Any, type_: str) -> bool:
    if not isinstance(value, str):
        return False
    if found := TEXTS.fullmatch(type_):
        return len(value.rstrip(" ")) > int(found[1])
    if found := NUMBERS.fullmatch(type_):
        try:
            rounded = Decimal(value).quantize(Decimal(1).scaleb(-int(found[2])), ROUND_HALF_UP)
        except InvalidOperation:
            return True
        return abs(rounded) >= Decimal(10) ** (int(found[1]) - int(found[2]))
    return False
