"""`messages replay`, as it is typed."""

from __future__ import annotations

from tests.adapters.commands.typing_room import ORDER, Room


def delivered(room: Room) -> str:
    id = room.send("web-orders", ORDER % "8")
    room.work()
    return id


def test_a_message_is_sent_again_to_a_folder_where_it_is_named(room: Room) -> None:
    id = delivered(room)
    assert room.say("messages", "replay", id, "--yes") == 1
    [job] = room.json("jobs", "list")
    assert (job["kind"], job["skipped"]) == ("replay", 1)
    assert room.say("messages", "replay", id, "--to", "erp", "--yes", "-o", "json") == 0
    assert "replay 1 messages to web-orders.erp" in room.err
    room.work()
    assert {row["id"] for row in room.json("messages", "find")} == {id, f"{id}.p2"}
    [letter] = room.json("dlq", "list")
    assert (letter["id"], letter["error"]) == (f"{id}:erp.p2", "exists")
    assert room.say("dlq", "show", f"{id}:erp.p2") == 0
    assert room.say("dlq", "discard", f"{id}:erp.p2", "--yes") == 0


def test_a_dry_run_says_what_would_be_left_alone(room: Room) -> None:
    delivered(room)
    assert room.json("messages", "replay", "--all", "--dry-run") == {"messages": 1, "left_alone": 1}
    assert "1 of them would be left alone: refused, a duplicate, without its body, or for other targets" in room.err
    again = room.json("messages", "replay", "--all", "--dry-run", "--to", "erp")
    assert again == {"messages": 1, "left_alone": 0, "to": "web-orders.erp"}
    assert "left alone" not in room.err
    assert room.json("jobs", "list") == []


def test_without_yes_and_without_a_selection_nothing_is_sent(room: Room) -> None:
    id = delivered(room)
    assert room.say("messages", "replay", id) == 5
    assert room.say("messages", "replay", "--yes") == 2
    assert room.say("messages", "replay", "--all", "--expect", "7", "--yes") == 5
    assert room.say("messages", "replay", "--all", "--dry-run") == 0
    assert room.json("jobs", "list") == []


def test_what_cannot_be_meant_is_said(room: Room) -> None:
    id = delivered(room)
    assert room.say("messages", "replay", f"{id}:erp", "--yes") == 2
    assert "say the message" in room.err
    assert room.say("messages", "replay", "--error", "503", "--yes") == 2
    assert room.say("messages", "replay", id, "--to", "nowhere", "--yes") == 2
    assert "there are 0 routes with such a target" in room.err
    assert room.say("messages", "replay", "gone", "--yes") == 3
