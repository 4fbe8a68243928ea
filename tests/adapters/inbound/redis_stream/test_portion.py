"""How many entries are asked for at once."""

from __future__ import annotations

from adapters.inbound.redis_stream.portion import BYTES, FIRST, MOST, Portion


def test_it_grows_while_entries_are_small() -> None:
    portion = Portion()
    for _ in range(20):
        portion.learn(portion.count, portion.count * 100)
    assert portion.count == MOST


def test_it_falls_at_once_where_entries_are_large() -> None:
    portion = Portion()
    portion.learn(FIRST, FIRST * BYTES)
    assert portion.count == 1
    portion.learn(1, 1 << 20)
    assert portion.count == 2
    for _ in range(20):
        portion.learn(portion.count, portion.count << 20)
    assert portion.count == BYTES >> 20


def test_nothing_read_says_nothing() -> None:
    portion = Portion()
    portion.learn(0, 0)
    assert portion.count == FIRST
    portion.learn(3, 0)
    assert portion.count == 2 * FIRST
