"""Filters for the usual case, at the speed of a dictionary look-up. What they do not know they hand to the filter itself,
which is right for everything and says what is wrong."""

from __future__ import annotations

import decimal as decimal_
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from transforms.filters import FILTERS

ROUNDING = decimal_.Context(prec=5000, Emax=99999, Emin=-99999)
PLACES = {n: Decimal(1).scaleb(-n) for n in range(7)}


def text(value: Any, places: Any = None) -> Any:
    kind = type(value)
    if kind is Decimal:
        if places is None:
            found = str(value)
        elif places in PLACES:
            found = str(value.quantize(PLACES[places], ROUND_HALF_UP, ROUNDING))
        else:
            return FILTERS["text"](value, places)
        return found if "E" not in found and "N" not in found and "I" not in found else FILTERS["text"](value, places)
    if places is None:
        if kind is str:
            return value
        if kind is int:
            return str(value)
    return FILTERS["text"](value, places)


def decimal(value: Any, *mark: Any) -> Any:
    if type(value) is Decimal:
        return value
    if type(value) is str and not mark and value.replace(".", "", 1).isdecimal() and value.isascii():
        return Decimal(value)
    return FILTERS["decimal"](value, *mark)


def iso(value: Any) -> Any:
    if type(value) is datetime and value.tzinfo is None:
        return value.isoformat()
    return FILTERS["iso"](value)


QUICK: dict[str, Callable[..., Any]] = {"text": text, "decimal": decimal, "iso": iso}
