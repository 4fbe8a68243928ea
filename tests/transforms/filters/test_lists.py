from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from router.errors import ExpressionError
from transforms.filters import FILTERS

LINES = [
    {"sku": "b", "price": {"net": "2.50"}, "n": 2},
    {"sku": "a", "price": {"net": Decimal("1.10")}, "n": 1},
    {"sku": "c", "price": {"net": 3}, "n": 1},
]


@pytest.mark.parametrize(
    ("name", "value", "arguments", "result"),
    [
        ("length", [1, 2], (), 2),
        ("length", "abc", (), 3),
        ("length", {}, (), 0),
        ("first", [3, 4], (), 3),
        ("last", [3, 4], (), 4),
        ("min", [3, Decimal("2.5")], (), Decimal("2.5")),
        ("max", ["a", "b"], (), "b"),
        ("map", LINES, ("sku",), ["b", "a", "c"]),
        ("map", LINES, ("price.net",), ["2.50", Decimal("1.10"), 3]),
        ("select", LINES, ("n", 1), LINES[1:]),
        ("sum", LINES, ("price.net",), Decimal("6.60")),
        ("sum", [1, "2.5"], (), Decimal("3.5")),
        ("sum", [], ("x",), Decimal(0)),
        ("sort", [3, 1, Decimal("2")], (), [1, Decimal("2"), 3]),
        ("sort", LINES, ("n",), [LINES[1], LINES[2], LINES[0]]),
        (
            "unique",
            [1, 2, 1, Decimal("1.0"), True, "1", {"a": 1}, {"a": 1}, [1], [1]],
            (),
            [1, 2, True, "1", {"a": 1}, [1]],
        ),
    ],
)
def test_result(name: str, value: Any, arguments: tuple[Any, ...], result: Any) -> None:
    found = FILTERS[name](value, *arguments)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("name", "value", "arguments", "reason", "error"),
    [
        ("length", 5, (), "5 is a number, not a text, a list or an object", "type"),
        ("first", [], (), "the list is empty", "value"),
        ("last", [], (), "the list is empty", "value"),
        ("min", [], (), "the list is empty", "value"),
        ("min", [1, "a"], (), "item [1]: 'a' is a text, those before it are a number: they cannot be compared", "type"),
        ("max", [True, False], (), "item [0]: true or false, not something that has an order", "type"),
        ("map", LINES, ("nope",), "item [0] has no field 'nope'", "undefined"),
        ("map", [1], ("x",), "item [0] is a number: it has no field 'x'", "type"),
        ("map", [None], ("x",), "item [0] is null: it has no field 'x'", "null"),
        ("select", LINES, ("n", "1"), "item [0].n is a number, '1' is a text: they cannot be compared", "type"),
        ("select", [{"n": None}], ("n", 1), "item [0].n is null", "null"),
        ("sum", [{"x": "abc"}], ("x",), "item [0].x: 'abc' is not a number", "value"),
        ("sum", [None], (), "item [0]: the value is null", "null"),
        ("sum", [True], (), "item [0]: true or false, not a number", "type"),
        ("sort", [1, None], (), "item [1]: the value is null", "null"),
    ],
)
def test_refusal(name: str, value: Any, arguments: tuple[Any, ...], reason: str, error: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        FILTERS[name](value, *arguments)
    assert (caught.value.reason, caught.value.error) == (reason, error)


def test_times_with_and_without_zone_have_no_order() -> None:
    with pytest.raises(ExpressionError, match="cannot be compared"):
        FILTERS["sort"]([dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])


def test_a_sum_is_exact() -> None:
    assert FILTERS["sum"](["0.1"] * 10) == Decimal("1.0")
    assert FILTERS["sum"](["10000000000000000000000000000", "0.01"]) == Decimal("10000000000000000000000000000.01")


def test_lists_are_not_changed() -> None:
    items = [3, 1, 2]
    FILTERS["sort"](items)
    FILTERS["unique"](items)
    assert items == [3, 1, 2]
