"""The function of a map, watched."""

from __future__ import annotations

from typing import Any

from router.message import Envelope, Message, utc_now
from transforms.map_writer import Writer, has_when

SPEC = {"fields": {
    "a": {"value": "body.a", "when": "body.a > 1"},
    "b": {"each": "one in body.b", "where": "one > 1", "value": {"value": "one", "when": "one > 2"}},
}}  # fmt: skip


def test_conditions_are_told_with_their_places() -> None:
    told: list[tuple[str, bool]] = []

    def seen(path: str, value: bool) -> bool:
        told.append((path, value))
        return value

    writer = Writer(False, seen)
    function = writer.function(SPEC)
    body: Any = {"a": 1, "b": [1, 2, 3]}
    assert function(Message(Envelope("m", "r", "s", utc_now()), body)) == {"b": [3]}
    assert told == [
        ("when a", False), ("where b", False), ("where b", True), ("when b[N]", False), ("where b", True), ("when b[N]", True),
        ("each b", True),
    ]  # fmt: skip
    assert set(writer.points) == {path for path, _ in told}


def test_what_may_be_left_out() -> None:
    assert has_when({"const": 1, "when": "true"})
    assert not any(map(has_when, ("body.x", {"when": "body.x"}, {"const": 1}, ["body.x"])))
