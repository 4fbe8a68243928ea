"""Units of one key never overlap; a key with a failed one waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from router.delivery.ordering import WAITING_LIMIT, KeyOrder

NOTHING: Any = None


def unit(key: str | None, number: int = 0, parked: bool = False) -> Any:
    return SimpleNamespace(key=key, number=number, parked=SimpleNamespace(id=number) if parked else None)


def test_units_without_a_key_never_wait() -> None:
    keys = KeyOrder(set())
    one = unit(None)
    keys.begin(one)
    assert not keys.waits(unit(None), NOTHING)
    keys.end(one)
    assert keys.ready() is None


def test_the_next_of_a_key_is_ready_when_the_one_before_has_ended() -> None:
    keys = KeyOrder(set())
    first, second, third = (unit("a", n) for n in range(3))
    keys.begin(first)
    assert keys.waits(second, NOTHING)
    assert keys.waits(third, NOTHING)
    assert keys.ready() is None
    keys.end(first)
    assert keys.ready() == (second, NOTHING)
    assert keys.ready() is None
    assert keys.waits(unit("a", 4), NOTHING)
    keys.end(second)
    assert keys.ready() == (third, NOTHING)


def test_a_blocked_key_gives_back_what_waits_behind_it_in_order() -> None:
    keys = KeyOrder({"old"})
    first, second, third = (unit("a", n) for n in range(3))
    keys.begin(first)
    for one in (second, third):
        keys.waits(one, NOTHING)
    assert keys.block("a") == [second, third]
    assert keys.is_blocked(unit("a"))
    assert keys.is_blocked(unit("old"))
    assert not keys.is_blocked(unit("a", 9, parked=True))
    assert not keys.crowded


def test_a_lane_whose_memory_is_full_of_waiting_ones_is_crowded() -> None:
    keys = KeyOrder(set())
    first = unit("a")
    keys.begin(first)
    for n in range(WAITING_LIMIT):
        assert not keys.crowded
        keys.waits(unit("a", n), NOTHING)
    assert keys.crowded
    assert len(list(keys.held())) == WAITING_LIMIT
    keys.end(first)
    assert not keys.crowded


@given(st.lists(st.sampled_from("abc"), max_size=30), st.data())
def test_each_key_keeps_its_order_and_never_overlaps(keys_of_units: list[str], data: st.DataObject) -> None:
    keys = KeyOrder(set())
    coming = [unit(key, n) for n, key in enumerate(keys_of_units)]
    on_the_way: list[Any] = []
    sent: list[Any] = []
    while coming or on_the_way:
        if coming and (not on_the_way or data.draw(st.booleans())):
            one = coming.pop(0)
            if keys.waits(one, NOTHING):
                continue
        else:
            ended = on_the_way.pop(data.draw(st.integers(0, len(on_the_way) - 1)))
            keys.end(ended)
            waited = keys.ready()
            if waited is None:
                continue
            one = waited[0]
        assert one.key not in {other.key for other in on_the_way}
        keys.begin(one)
        on_the_way.append(one)
        sent.append(one)
    assert len(sent) == len(keys_of_units)
    for key in "abc":
        mine = [u.number for u in sent if u.key == key]
        assert mine == sorted(mine)
