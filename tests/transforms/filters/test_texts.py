from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from router.errors import ExpressionError
from transforms.filters import FILTERS


@pytest.mark.parametrize(
    ("name", "value", "arguments", "result"),
    [
        ("text", Decimal("39.8"), (2,), "39.80"),
        ("text", Decimal("2.345"), (2,), "2.35"),
        ("text", 5, (2,), "5.00"),
        ("text", Decimal("1E+3"), (), "1000"),
        ("text", 12, (), "12"),
        ("text", True, (), "true"),
        ("text", dt.date(2026, 1, 31), (), "2026-01-31"),
        ("text", dt.datetime(2026, 1, 31, 8, tzinfo=dt.UTC), (), "2026-01-31T08:00:00Z"),
        ("join", ["a", 1, Decimal("2.50")], (", ",), "a, 1, 2.50"),
        ("join", [], (",",), ""),
        ("split", "a,b,,c", (",",), ["a", "b", "", "c"]),
        ("split", " a  b ", (), ["a", "b"]),
        ("replace", "a-b-c", ("-", ""), "abc"),
        ("upper", "straße", (), "STRASSE"),
        ("lower", "ÄB", (), "äb"),
        ("trim", "  a b\n", (), "a b"),
        ("pad", 42, (8, "0"), "00000042"),
        ("pad", -42, (8, "0"), "-0000042"),
        ("pad", "42", (4,), "  42"),
        ("pad", "12345", (3, "0"), "12345"),
        ("sha256", "abc", (), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("json", None, (), "null"),
        (
            "json",
            {"a": Decimal("39.80"), "b": [None, True], "d": dt.date(2026, 1, 31)},
            (),
            '{"a":39.80,"b":[null,true],"d":"2026-01-31"}',
        ),
    ],
)
def test_result(name: str, value: Any, arguments: tuple[Any, ...], result: Any) -> None:
    assert FILTERS[name](value, *arguments) == result


@pytest.mark.parametrize(
    ("name", "value", "arguments", "reason"),
    [
        ("text", "39.8", (2,), "'39.8' is a text, not a number; use | decimal or | int first"),
        ("text", [], (), "a list, not a text, a number or a date; use | json"),
        ("join", ["a", None], (",",), "item [1] is null"),
        ("join", ["a", True], (",",), "item [1]: true or false, not a text or a number"),
        ("join", "abc", (",",), "'abc' is a text, not a list"),
        ("split", "a", ("",), "split needs a separator that is not empty"),
        ("replace", "a", ("", "b"), "replace needs a text to look for"),
        ("upper", 5, (), "5 is a number, not a text; use | text first"),
        ("pad", "a", (5, "ab"), "pad fills with one character, not 'ab'"),
        ("pad", "a", ("5",), "the width is '5', not a whole number"),
        ("json", {"a": object()}, (), None),
    ],
)
def test_refusal(name: str, value: Any, arguments: tuple[Any, ...], reason: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        FILTERS[name](value, *arguments)
    assert reason is None or caught.value.reason == reason


@pytest.mark.parametrize(
    ("name", "value", "arguments"),
    [
        ("pad", "a", (10**9,)),
        ("replace", "a" * 100_000, ("a", "b" * 1000)),
        ("join", ["x" * 2**20] * 17, (",",)),
    ],
)
def test_a_text_that_would_fill_the_memory_is_not_made(name: str, value: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ExpressionError, match="at most") as caught:
        FILTERS[name](value, *arguments)
    assert caught.value.error == "limit"
