from __future__ import annotations

import pytest

from router.config.blocks import in_block
from router.config.spots import Spot

FOLDED = "a:\n  b: >-  # why\n    one two\n\n    three\n      four\n  c: 1\n"
LITERAL = "a:\n  b: |2\n      one two\n    three\n"


@pytest.mark.parametrize(
    ("column", "line", "at"),
    [(1, 3, 5), (5, 3, 9), (8, 3, 12), (9, 5, 5), (13, 5, 9), (17, 6, 7), (20, 6, 10)],
)
def test_a_character_of_a_folded_text_has_its_line(column: int, line: int, at: int) -> None:
    assert in_block(FOLDED, Spot("f", 2, 6), "one two\nthree\n  four", column) == Spot("f", line, at)


def test_a_character_of_a_literal_text_has_its_line() -> None:
    assert in_block(LITERAL, Spot("f", 2, 6), "  one two\nthree\n", 11) == Spot("f", 4, 5)


@pytest.mark.parametrize(
    ("source", "spot", "text"),
    [("b: one", Spot("f", 1, 4), "one"), (FOLDED, Spot("f", 2, 6), "other"), (FOLDED, Spot("f", 70, 6), "one"),
     ("b: 'x | y'", Spot("f", 1, 4), "x | y"), ("b: >-\n  a ${env:X} b", Spot("f", 1, 4), "a 1 b")],
)  # fmt: skip
def test_what_is_no_block_or_another_text(source: str, spot: Spot, text: str) -> None:
    assert in_block(source, spot, text, 2) is None
