from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import ExpressionError
from transforms.filters import FILTERS

decimal, whole, rounded, absolute = (FILTERS[name] for name in ("decimal", "int", "round", "abs"))


@pytest.mark.parametrize(
    ("value", "mark", "number"),
    [
        ("39.80", ".", "39.80"),
        ("39,80", ",", "39.80"),
        ("-1", ",", "-1"),
        (7, ".", "7"),
        (Decimal("1.10"), ".", "1.10"),
    ],
)
def test_decimal(value: Any, mark: str, number: str) -> None:
    assert str(decimal(value, mark)) == number
    assert isinstance(decimal(value, mark), Decimal)


@pytest.mark.parametrize(
    ("value", "mark"),
    [("1.234,5", ","), ("1,5", "."), ("1,2,3", ","), ("1.5", ","), ("NaN", "."), (True, "."), ("1", ";"), ([], ".")],
)
def test_decimal_refuses(value: Any, mark: str) -> None:
    with pytest.raises(ExpressionError):
        decimal(value, mark)


def test_int() -> None:
    assert [whole(v) for v in ("12", "-3", "+4", 5, Decimal("6.00"))] == [12, -3, 4, 5, 6]


@pytest.mark.parametrize("value", ["1.5", "", "1_0", " 1", "0x1", Decimal("1.5"), True, None, "9" * 5000])
def test_int_refuses(value: Any) -> None:
    with pytest.raises(ExpressionError):
        whole(value)


@pytest.mark.parametrize(
    ("value", "arguments", "result"),
    [
        ("2.345", (2,), "2.35"),
        ("2.345", (2, "even"), "2.34"),
        ("-2.5", (), "-3"),
        ("2.5", (0, "even"), "2"),
        ("1", (3,), "1.000"),
    ],
)
def test_round(value: str, arguments: tuple[Any, ...], result: str) -> None:
    assert str(rounded(Decimal(value), *arguments)) == result


def test_round_leaves_a_whole_number() -> None:
    assert rounded(5, 2) == 5
    assert isinstance(rounded(5, 2), int)


@pytest.mark.parametrize(
    ("value", "arguments"),
    [("1.5", ()), (Decimal(1), (-1,)), (Decimal(1), (2, "down")), (Decimal("1E+99999"), (2,)), (Decimal(1), ("2",))],
)
def test_round_refuses(value: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ExpressionError):
        rounded(value, *arguments)


def test_abs_keeps_all_digits() -> None:
    long = Decimal("-1.23456789012345678901234567890123456789")
    assert str(absolute(long)) == str(long)[1:]
    assert absolute(-3) == 3


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20))
def test_text_and_decimal_are_each_others_inverse(number: Decimal) -> None:
    assert str(decimal(FILTERS["text"](number))) == str(number)
