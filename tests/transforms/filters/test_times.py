from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.errors import ExpressionError
from transforms.filters import FILTERS

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = dt.datetime(2026, 1, 31, 8, 0)


@pytest.mark.parametrize("value", ["2026-01-31", "2026-01-31T23:30:00Z", MORNING, dt.date(2026, 1, 31)])
def test_date(value: Any) -> None:
    found = FILTERS["date"](value)
    assert found == dt.date(2026, 1, 31)
    assert type(found) is dt.date


@pytest.mark.parametrize(
    ("value", "arguments", "result"),
    [
        ("2026-01-31T08:00:00", (), MORNING),
        ("2026-01-31T08:00:00Z", (), MORNING.replace(tzinfo=dt.UTC)),
        ("31.01.2026 08:00:00", ("%d.%m.%Y %H:%M:%S",), MORNING),
        ("31.01.2026 08:00:00", ("%d.%m.%Y %H:%M:%S", "Europe/Berlin"), MORNING.replace(tzinfo=BERLIN)),
        (dt.date(2026, 1, 31), (), dt.datetime(2026, 1, 31)),
    ],
)
def test_datetime(value: Any, arguments: tuple[Any, ...], result: dt.datetime) -> None:
    found = FILTERS["datetime"](value, *arguments)
    assert (found, found.tzinfo) == (result, result.tzinfo)


def test_a_time_with_zone_is_carried_over() -> None:
    found = FILTERS["datetime"]("2026-07-01T12:00:00Z", None, "Europe/Berlin")
    assert FILTERS["iso"](found) == "2026-07-01T14:00:00+02:00"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MORNING, "2026-01-31T08:00:00"),
        (MORNING.replace(tzinfo=dt.UTC), "2026-01-31T08:00:00Z"),
        (MORNING.replace(tzinfo=BERLIN), "2026-01-31T08:00:00+01:00"),
        (dt.date(2026, 1, 31), "2026-01-31"),
    ],
)
def test_iso(value: dt.date, text: str) -> None:
    assert FILTERS["iso"](value) == text


@pytest.mark.parametrize(
    ("name", "value", "arguments", "reason"),
    [
        ("date", "31.01.2026", (), "'31.01.2026' is not an ISO date or time such as 2026-01-31T08:00:00Z"),
        ("date", 5, (), "5 is a number, not a date"),
        ("datetime", "x", ("%Y",), "'x' is not a time of the form %Y"),
        (
            "datetime",
            "2026-01-31",
            (None, "Mars/City"),
            "the time zone 'Mars/City' is unknown; write it like Europe/Berlin",
        ),
        ("iso", "2026-01-31", (), "'2026-01-31' is a text, not a date; use | date or | datetime first"),
    ],
)
def test_refusal(name: str, value: Any, arguments: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        FILTERS[name](value, *arguments)
    assert caught.value.reason == reason
