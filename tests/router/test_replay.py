from __future__ import annotations

import pytest

from router.replay import pace


@pytest.mark.parametrize(
    ("rate", "items", "wait"), [(None, 500, 0), (20.0, 20, 1000), (0.5, 1, 2000), (10_000.0, 500, 50), (1.5, 1, 666)]
)
def test_a_step_takes_what_the_rate_allows_in_about_a_second(rate: float | None, items: int, wait: int) -> None:
    assert pace(rate) == (items, wait)
