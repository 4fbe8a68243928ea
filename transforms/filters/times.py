"""Filters for dates and times. Nothing here asks a clock."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from router.config.moments import mistake_of
from router.errors import ExpressionError
from transforms.filters.values import a_text, iso_text, shown, wrong
from transforms.moments import moment


def date(value: Any) -> dt.date:
    """The date of an ISO text, or of a date with time in its own zone."""
    if isinstance(value, str):
        return of_iso(value).date()
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    raise wrong(value, "a date")


def datetime(value: Any, format: str | None = None, zone: str | None = None) -> dt.datetime:
    """A date with time from a text: ISO where no format is given. Without zone it has none, unless one is given;
    one that has a zone is carried over into the one given."""
    moment = parsed(value, format)
    if zone is None:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone_of(zone))
    return moment.astimezone(zone_of(zone))


def iso(value: Any) -> str:
    """The ISO text of a date, with or without time; Z for UTC."""
    if isinstance(value, dt.date):
        return iso_text(value)
    raise wrong(value, "a date", "; use | date or | datetime first" if isinstance(value, str) else "")


def parsed(value: Any, format: str | None) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if not isinstance(value, str):
        raise wrong(value, "a date with time")
    if format is None:
        return of_iso(value)
    try:
        return moment(value, a_text(format))
    except ValueError:
        raise ExpressionError(f"{shown(value)} is not a time of the form {format}", "value") from None


def of_iso(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        reason = f"{shown(text)} is not an ISO date or time such as 2026-01-31T08:00:00Z"
        raise ExpressionError(reason, "value") from None


def zone_of(name: str) -> dt.tzinfo:
    """A time zone by its IANA name."""
    try:
        return dt.UTC if a_text(name) == "UTC" else ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ExpressionError(f"the time zone {shown(name)} is unknown; write it like Europe/Berlin", "value") from None


def check_moment(format: Any = None, zone: Any = None) -> None:
    """What is written in the brackets of `datetime`; None where it is computed. Raises ExpressionError."""
    mistake = mistake_of(format) if isinstance(format, str) else None
    if mistake is not None:
        raise ExpressionError(f"'{format}' is no format of dates, {mistake[0]}: {mistake[1]}", "value")
    if isinstance(zone, str):
        zone_of(zone)
