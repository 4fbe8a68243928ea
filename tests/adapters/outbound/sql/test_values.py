"""What a value is, before a database makes its own of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from adapters.outbound.sql.values import Unfit, iso, simple


class Colour(Enum):
    RED = "red"


class Text(str):
    """A text of a kind of its own."""


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (None, None), (True, True), (5, 5), (Decimal("1.50"), Decimal("1.50")), (1.5, 1.5), ("ü", "ü"), (b"x", b"x"),
        (Text("a"), "a"), (bytearray(b"x"), b"x"), (Colour.RED, "red"), (timedelta(hours=1), "PT3600S"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"), ([1, "x"], '[1,"x"]'), ((1,), "[1]"),
        ({"a": Decimal("1.10")}, '{"a":1.10}'), (date(2026, 1, 2), date(2026, 1, 2)), (time(1, 2), time(1, 2)),
    ],
)  # fmt: skip
def test_a_value_is_made_simple(value: Any, made: Any) -> None:
    assert simple(value) == made
    assert type(simple(value)) is type(made)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "not a number"), (Decimal("Infinity"), "not a number"), (10**4200, "over 4000 digits"),
        ("a\ud800", "lone surrogate U\\+D800"), ({"a": "\ud800"}, "a: the text holds the lone surrogate"),
        (etree.fromstring("<a/>"), "which JSON cannot hold"), ({"a": float("inf")}, "not a number in JSON"),
        (object(), "which JSON cannot hold"),
    ],
)  # fmt: skip
def test_what_no_column_holds(value: Any, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        simple(value)


def test_times_are_written_as_in_json() -> None:
    assert iso(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
    assert iso(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05"
    assert iso(date(2026, 1, 2)) == "2026-01-02"
