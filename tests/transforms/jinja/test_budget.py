from __future__ import annotations

import pytest

from router.errors import ExpressionError
from transforms.jinja.budget import BUDGET, MOST_TEXT, MOST_TURNS, Budget, turn


def test_turns_and_text_are_bounded() -> None:
    budget = Budget()
    budget.turn(MOST_TURNS)
    budget.write(MOST_TEXT)
    for spend in (budget.turn, budget.write):
        with pytest.raises(ExpressionError, match="more than") as caught:
            spend(1)
        assert caught.value.error == "limit"


def test_nothing_is_counted_outside_of_a_rendering() -> None:
    assert BUDGET.get() is None
    turn(MOST_TURNS * 2)
