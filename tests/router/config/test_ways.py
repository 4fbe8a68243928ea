"""Ways from route to route: loops are found once, however long a way is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.config.ways import Hop, walk


def loops(ways: Mapping[str, Sequence[str]]) -> list[list[str]]:
    place: Any = None
    hops = {begin: [Hop(begin, "", to, place) for to in ends] for begin, ends in ways.items()}
    found: list[list[str]] = []
    done: set[str] = set()
    for id in hops:
        if id not in done:
            walk(id, hops, done, lambda loop: found.append([hop.begin for hop in loop]))
    return found


def test_each_loop_is_told_once_with_the_hop_that_closes_it_last() -> None:
    assert loops({"a": ["b", "c"], "b": ["c"], "c": ["b", "d"], "d": ["d"]}) == [["b", "c"], ["d"]]
    assert loops({"a": ["b"], "b": [], "c": ["b", "nowhere"]}) == []


def test_a_way_may_be_as_long_as_there_are_routes() -> None:
    ways = {str(n): [str(n + 1)] for n in range(3_000)}
    assert loops(ways) == []
    assert len(loops({**ways, "3000": ["0"]})) == 1
