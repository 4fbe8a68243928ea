from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router import ranges

NUMBERS = st.sets(st.integers(0, 5000), max_size=60)


@given(NUMBERS)
def test_what_was_written_is_read(numbers: set[int]) -> None:
    text = ranges.encode(numbers)
    assert ranges.decode(text) == sorted(numbers)
    assert ranges.size(text) == len(numbers)


@given(NUMBERS, NUMBERS)
def test_removing(numbers: set[int], gone: set[int]) -> None:
    assert ranges.decode(ranges.remove(ranges.encode(numbers), gone)) == sorted(numbers - gone)


def test_neighbours_are_one_range() -> None:
    assert ranges.encode([3, 1, 2, 7, 9, 8, 20]) == "1-3,7-9,20"
    assert ranges.encode([]) == ""
