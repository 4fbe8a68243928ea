"""Values as SQLite takes them: exact, or not at all."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from adapters.outbound.sql.values import PARAMETER, Unfit, iso, simple

LEAST, MOST = -(2**63), 2**63 - 1
AFFINITIES = (("INT", "INTEGER"), ("CHAR", "TEXT"), ("CLOB", "TEXT"), ("TEXT", "TEXT"), ("BLOB", "BLOB"), ("REAL", "REAL"),
              ("FLOA", "REAL"), ("DOUB", "REAL"))  # fmt: skip


def affinity(declared: str) -> str:
    """What SQLite makes of a declared type (sqlite.org/datatype3.html, 3.1)."""
    kind = declared.upper()
    if not kind:
        return "BLOB"
    return next((found for part, found in AFFINITIES if part in kind), "NUMERIC")


def convert(value: Any, declared: str) -> Any:
    """`declared` is the type of the column, or PARAMETER. Raises Unfit."""
    if type(value) is str and value.isascii():
        return value
    value = simple(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (date, time)):
        return iso(value)
    if isinstance(value, int):
        return integer(value, declared)
    return decimal(value, declared) if isinstance(value, Decimal) else value


def integer(value: int, declared: str) -> int | str:
    kind = affinity(declared)
    if kind == "TEXT":
        return str(value)
    if not LEAST <= value <= MOST:
        raise Unfit(f"{value} is over 64 bit, which only a column of texts holds")
    if kind == "REAL" and int(float(value)) != value:
        raise Unfit(f"{value} has more digits than a column {declared} keeps")
    return value


def decimal(value: Decimal, declared: str) -> str | int | float:
    """Its digits as text, where the column is not one of numbers. There SQLite keeps a float: one that stands for exactly
    this number, or none."""
    kind = affinity(declared)
    whole = value.adjusted() < 19 and value == value.to_integral_value() and LEAST <= value <= MOST
    if declared == PARAMETER and not whole and Decimal(repr(float(value))) != value:
        raise Unfit(f"{value} has more digits than a column of numbers keeps; for a column of texts write `| text`")
    if kind in ("TEXT", "BLOB") or declared == PARAMETER:
        return written(value)
    if kind != "REAL" and whole:
        return int(value)
    near = float(value)
    if Decimal(repr(near)) != value:
        raise Unfit(f"{value} has more digits than a column {declared} keeps; declare it TEXT")
    return near


def written(value: Decimal) -> str:
    if abs(value.adjusted()) > 1_000:
        raise Unfit("a number of over 1000 digits")
    return f"{value:f}"
