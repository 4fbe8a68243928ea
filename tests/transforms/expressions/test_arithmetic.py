"""Numbers that would grow without an end, and what an expression says of them."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from router.errors import ExpressionError
from tests.contracts.step import message
from transforms.expressions import compile_expression
from transforms.maps import compile_map

LONGEST = 10**4300 - 1
"""The longest whole number that comes in."""
BODY: dict[str, Any] = {"n": LONGEST, "d": Decimal("1e99990"), "e": Decimal("1e999999999"), "text": "x" * 16_000_000}


def value(text: str) -> Any:
    return compile_expression(text)(message(BODY))


@pytest.mark.parametrize(
    "text",
    [
        "body.n * body.n", "body.n * 10", "body.n * body.d", "body.d * body.d", "body.e * 2", "body.e + 1", "body.e // 3",
        "(body.n + body.n) ~ ''", "body.e ~ ''", "body.e | text(2)", "body.e | int",
        "body.text ~ body.text", "body.text + body.text", "body.text | replace('x', 'xx')",
        "[body.text, 'x'] | join(body.text)", "body.n | pad(1000000000 * 1)", "'x' | pad(1000000000 * 1, '0')",
    ],
)  # fmt: skip
def test_what_would_grow_without_an_end_is_refused_before_it_is_made(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert caught.value.error == "limit"
    assert "set_int_max_str_digits" not in caught.value.reason
    assert time.process_time() - begun < 2


def test_a_map_that_squares_what_it_made_ends_at_once() -> None:
    fields = {"x0": "body.n", **{f"x{n}": f"out.x{n - 1} * out.x{n - 1}" for n in range(1, 40)}}
    with pytest.raises(ExpressionError, match=r"^field x1: number 9{50,}") as caught:
        compile_map({"fields": fields})(message(BODY))
    assert caught.value.error == "limit"


def test_a_long_number_is_compared_and_counted() -> None:
    assert value("body.n + 1 > body.n")
    assert value("body.n * 1") == LONGEST
    with pytest.raises(ExpressionError, match=r"^cannot compare .*\(a number of more than 4,300 digits"):
        value("(body.n + body.n) < 'a'")


@pytest.mark.parametrize("text", ["10 / 0", "10 // 0", "10 % 0", "1.5 / 0.0", "1.5 % 0", "0 / 0", "body.n / 0"])
def test_division_by_zero(text: str) -> None:
    with pytest.raises(ExpressionError, match="division by zero") as caught:
        value(text)
    assert caught.value.error == "value"
