from __future__ import annotations

import pytest

from router.planning.groups import FAILS, FEWER, GOES, Comparison, plain


def added(word: str, *details: str) -> list[tuple[str, int]]:
    found = Comparison("orders")
    for detail in details:
        found.add(word, "erp", detail, "id", "")
    return [(group.detail, group.count) for group in found.groups.values()]


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["qty must be at most 100"] * 2, "qty must be at most 100"),
        (["lines[3].qty: 120 is more than 100", "lines[4].qty: 7.50 is more than 100"], "lines[N].qty: N is more than 100"),
        (["'a' is not one of 'x', 'y'", "'b' is not one of 'x', 'y'", "'c' is not one of 'x', 'y'"],
         "… is not one of 'x', 'y'"),
        (["at 12.5", "at 1,299.00", "at 3"], "at N"),
    ],
)  # fmt: skip
def test_a_group_keeps_the_values_that_all_have(reasons: list[str], said: str) -> None:
    assert added(FAILS, *reasons) == [(said, len(reasons))]


def test_reasons_of_other_words_are_other_groups() -> None:
    assert added(FAILS, "qty is missing", "price is missing") == [("qty is missing", 1), ("price is missing", 1)]


def test_rules_with_other_values_are_other_rules() -> None:
    assert len(added(GOES, "filter: body.qty > 3", "filter: body.qty > 4")) == 2
    assert added(FEWER, "", "") == [("", 2)]


def test_what_is_of_one_message_alone_does_not_part_groups() -> None:
    assert plain("lines[3].qty: 'x' is no number") == plain("lines[12].qty: 'y' is no number")
