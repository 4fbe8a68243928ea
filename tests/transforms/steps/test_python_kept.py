"""Functions that are not pure: what they made is written down and read again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from router.errors import MessageError
from tests.contracts.step import Files, message
from tests.transforms.steps.test_python import FILES, made
from transforms.steps import STEPS


def test_what_is_not_pure_can_be_kept_and_read_again() -> None:
    step = STEPS["python"]({"call": "prices.untouched", "pure": False}, Files(FILES))
    given = message({"price": Decimal("1.50")})
    assert getattr(step, "impure", False) is True
    again = step.kept(given, step.keep(given))  # type: ignore[union-attr]
    assert again.body == {"price": Decimal("1.50")}
    assert getattr(made("untouched"), "impure", True) is False


def test_what_cannot_be_kept_is_a_dead_letter() -> None:
    step = STEPS["python"]({"call": "prices.untouched", "pure": False}, Files(FILES))
    with pytest.raises(MessageError, match=r"prices\.untouched: a object cannot be kept") as dead:
        step.keep(message({"x": object()}))  # type: ignore[union-attr]
    assert dead.value.stage == "python"
