"""Structures beside each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from router.testing.compare import differences, lacking


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": Decimal("1.0")}, {"a": 1}, []),
        ({"a": "1"}, {"a": 1}, ['body.a: expected "1", got 1']),
        ({"a": True}, {"a": 1}, ["body.a: expected true, got 1"]),
        ({"a": 1}, {}, ["body.a: expected 1, got nothing"]),
        ({}, {"a": None}, ["body.a: expected nothing, got null"]),
        ({"l": [{"x": 1}, {"x": 2}]}, {"l": [{"x": 1}, {"x": 3}, 4]},
         ["body.l[1].x: expected 2, got 3", "body.l[2]: expected nothing, got 4"]),
        ([1], {"a": 1}, ['body: expected [1], got {"a":1}']),
    ],
)  # fmt: skip
def test_differences_are_named_by_their_path(expected: Any, got: Any, said: list[str]) -> None:
    assert [str(one) for one in differences(expected, got)] == said


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, []),
        ({"a": 1}, [{"a": 0}, {"a": 1, "b": 2}], []),
        ([2, 4], [1, 2, 3, 4], []),
        ([4, 2], [1, 2, 3, 4], ["body[4…]: expected 2, got []"]),
        ("bc", "abcd", []),
        ("x", "abcd", ['body: expected "x", got "abcd"']),
        ({"a": 2}, [{"a": 1}], ["body[0].a: expected 2, got 1"]),
        ({"a": 1}, {"b": 1}, ["body.a: expected 1, got nothing"]),
    ],
)
def test_what_is_lacking(expected: Any, got: Any, said: list[str]) -> None:
    assert [str(one) for one in lacking(expected, got)] == said


def test_a_long_value_is_cut_when_it_is_shown() -> None:
    (one,) = differences("x" * 500, "y")
    assert len(str(one)) < 300
