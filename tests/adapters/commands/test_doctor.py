from __future__ import annotations

from tests.adapters.commands.typing_room import Room


def test_each_thing_has_a_verdict_and_advice_where_needed(room: Room) -> None:
    room.say("doctor", "-o", "jsonl")
    found = [line for line in room.out.splitlines() if line]
    assert len(found) == 11
    assert all('"verdict":"good"' in line or '"advice":""' not in line for line in found)


def test_a_broker_that_does_not_answer_is_bad(room: Room) -> None:
    assert room.say("doctor", "--broker", "redis://127.0.0.1:1/0") == 1
    assert "nothing is lost meanwhile" in room.out
