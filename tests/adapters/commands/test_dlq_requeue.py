from __future__ import annotations

from tests.adapters.commands.typing_room import Room


def test_off_a_terminal_nothing_is_changed_without_yes(room: Room) -> None:
    id = room.dead_delivery()
    for verb in ("requeue", "discard"):
        assert room.say("dlq", verb, id) == 5
        assert "say --yes" in room.err
    assert len(room.json("dlq", "list")) == 1


def test_a_guard_of_numbers_and_a_dry_run_change_nothing(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "requeue", "--all", "--expect", 2, "--yes") == 5
    assert "1 match, 2 were expected" in room.err
    assert room.say("dlq", "requeue", "--all", "--dry-run", "-o", "id") == 0
    assert room.out == f"{id}\n"
    assert room.say("dlq", "discard", "--all", "--dry-run", "-o", "id") == 0
    assert room.json("jobs", "list") == []


def test_what_matches_nothing_and_what_is_half_there(room: Room) -> None:
    assert room.say("dlq", "list") == 0
    assert room.say("dlq", "list", "--route", "web-orders") == 3
    assert room.say("dlq", "requeue", "--route", "web-orders", "--yes") == 3
    assert room.say("dlq", "show", "nothing") == 3
    id = room.dead_delivery()
    assert room.say("dlq", "discard", id, "gone:erp", "--yes") == 4
    assert "there is no dead letter gone:erp" in room.err
    assert room.say("dlq", "requeue", id, "--yes") == 3
    assert "it is in state discarded" in room.err


def test_a_selection_or_all_is_insisted_on(room: Room) -> None:
    assert room.say("dlq", "requeue", "--yes") == 2
    assert "Say which" in room.err
    assert room.say("dlq", "edit", "--set", "body.qty=1") == 2
