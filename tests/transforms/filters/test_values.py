from __future__ import annotations

from decimal import Decimal

import pytest

from router.errors import ExpressionError
from transforms.filters.values import a_number, kind, number_of_text, plain, shown, wrong


def test_values_are_named_by_their_kind() -> None:
    assert [kind(v) for v in (None, "a", True, 1, Decimal(1), {}, [], b"")] == [
        "null",
        "a text",
        "true or false",
        "a number",
        "a number",
        "an object",
        "a list",
        "bytes",
    ]


def test_long_values_are_shown_short() -> None:
    assert shown("x" * 100) == "'" + "x" * 56 + "…"
    assert shown(Decimal("1.50")) == "1.50"


def test_an_error_says_the_value_and_what_to_do() -> None:
    assert wrong("12", "a number", "; use | decimal").reason == "'12' is a text, not a number; use | decimal"
    assert wrong([], "a text").reason == "a list, not a text"


@pytest.mark.parametrize("value", [True, "1", 1.5, [], Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_a_number(value: object) -> None:
    with pytest.raises(ExpressionError):
        a_number(value)


@pytest.mark.parametrize(
    ("text", "number"), [("39.80", "39.80"), ("-5", "-5"), ("+.5", "0.5"), ("007", "7"), ("5.", "5")]
)
def test_plain_numbers(text: str, number: str) -> None:
    assert str(number_of_text(text)) == number


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1_000", "1e3", " 1", "1 ", "1,5", "٣", "--1", ".", "1\n"])
def test_other_texts_are_no_numbers(text: str) -> None:
    with pytest.raises(ExpressionError, match="is not a number"):
        number_of_text(text)


def test_numbers_are_printed_without_exponent_and_with_all_digits() -> None:
    assert [plain(Decimal(n)) for n in ("1E+3", "1E-7", "39.80", "-0.00")] == ["1000", "0.0000001", "39.80", "-0.00"]


def test_a_number_that_would_fill_the_memory_is_refused() -> None:
    for number in (Decimal("1E+999999"), 10**9999):
        with pytest.raises(ExpressionError, match="too many digits") as caught:
            plain(number)
        assert caught.value.error == "limit"
