from __future__ import annotations

from typing import Any

import pytest

from router.planning.aligning import changes
from router.testing.compare import show

SPLIT, MAP, DEDUPE = {"split": "records"}, {"map": "to_erp"}, {"dedupe": "body.no"}
FILTER = {"filter": "body.qty > 0"}


def said(old: Any, new: Any) -> list[str]:
    return [f"{one.path}: {show(one.expected)} → {show(one.got)}" for one in changes(old, new, "steps")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ([SPLIT, MAP], [SPLIT, MAP], []),
        ([SPLIT, MAP], [SPLIT, FILTER, MAP], ['steps[1]: nothing → {"filter":"body.qty > 0"}']),
        ([FILTER, SPLIT, MAP], [SPLIT, MAP], ['steps[0]: {"filter":"body.qty > 0"} → nothing']),
        ([SPLIT, MAP, FILTER], [SPLIT, {"map": "to_wms"}, FILTER], ['steps[1].map: "to_erp" → "to_wms"']),
        ([MAP, DEDUPE], [DEDUPE, MAP],
         ['steps[0]: nothing → {"dedupe":"body.no"}', 'steps[1]: {"dedupe":"body.no"} → nothing']),
        ([{"a": [1, 2, 3]}], [{"a": [2, 3]}], ["steps[0].a[0]: 1 → nothing"]),
        ([1], [1.0], []),
        ([[1], [2]], [[1], [2, 3]], ["steps[1][1]: nothing → 3"]),
        ({"a": 1}, {"b": 1}, ["steps.a: 1 → nothing", "steps.b: nothing → 1"]),
    ],
)  # fmt: skip
def test_items_are_compared_with_what_they_became(old: Any, new: Any, told: list[str]) -> None:
    assert sorted(said(old, new)) == sorted(told)


def test_long_lists_are_compared_place_by_place() -> None:
    numbers = list(range(1000))
    assert len(said(numbers, numbers[1:])) == 1000
    assert len(said(numbers[:400], numbers[1:400])) == 1
