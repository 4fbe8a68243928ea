"""Waits grow, and the same reason is told once."""

from __future__ import annotations

import pytest

from adapters.inbound.amqp.patience import Patience


def test_waits_double_up_to_the_longest() -> None:
    patience = Patience(1.0, 5.0)
    waits = [patience.failed("x")[0] for _ in range(5)]
    assert waits == [pytest.approx(wait, rel=0.21) for wait in (1, 2, 4, 5, 5)]
    patience.over()
    assert patience.failed("x")[0] == pytest.approx(1, rel=0.21)


def test_a_reason_is_news_once_until_it_works_again() -> None:
    patience = Patience()
    assert [patience.failed(reason)[1] for reason in ("a", "a", "b", "a")] == [True, False, True, True]
    assert [patience.over(), patience.over()] == [True, False]
    assert patience.failed("a")[1]
