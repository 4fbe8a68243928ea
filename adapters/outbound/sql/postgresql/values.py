"""Values as PostgreSQL reads them: texts, of which each column makes its own type. So nothing is rounded on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from adapters.outbound.sql.values import PARAMETER, Unfit, is_aware, iso, simple

WITHOUT_ZONE = "timestamp without time zone"
INTEGERS = frozenset({"smallint", "integer", "bigint"})
SMALL = 2**63


def convert(value: Any, type_: str) -> str | bytes | None:
    """`type_` is that of the column, or PARAMETER. Raises Unfit. The usual values come first."""
    kind = type(value)
    if kind is str and value.isascii() and "\0" not in value and not type_.startswith("timestamp"):
        return str(value)
    if kind is int and -SMALL < value < SMALL:
        return str(value)
    value = simple(value)
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return text(value, type_)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return moment(value, type_)
    if type_ in INTEGERS and abs(value) < 2 * SMALL and value == int(value):
        return str(int(value))  # 3.0 is a whole number, and no integer for PostgreSQL
    return decimal(value) if isinstance(value, Decimal) else str(value)


def text(value: str, type_: str) -> str:
    at = value.find("\0")
    if at >= 0:
        raise Unfit(f"the text holds a NUL character at {at + 1}, which PostgreSQL does not store")
    if type_.startswith("timestamp") and type_.endswith("without time zone"):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment(read, WITHOUT_ZONE) if is_aware(read) else value
    return value


def moment(value: date | time, type_: str) -> str:
    """A time with a zone in a column without one is kept in UTC: PostgreSQL would drop the zone and keep the hour. A
    statement may write it into either kind of column."""
    if isinstance(value, datetime) and is_aware(value):
        if type_ == PARAMETER:
            value = value.astimezone(UTC)
        elif type_.endswith("without time zone"):
            value = value.astimezone(UTC).replace(tzinfo=None)
    return iso(value)


def decimal(value: Decimal) -> str:
    """Numeric of PostgreSQL has at most 131,072 digits before the point and 16,383 behind it; it reads exponents."""
    if value.adjusted() > 131_071 or value.adjusted() < -16_383:
        raise Unfit(f"{value} has more digits than PostgreSQL keeps")
    return str(value)
