"""`routes test --record`, as it is typed."""

from __future__ import annotations

from tests.adapters.commands.typing_room import ORDER, Room


def test_a_delivered_message_becomes_a_test_that_passes(room: Room) -> None:
    id = room.send("web-orders", ORDER % "8")
    room.work()
    assert room.say("routes", "test", "--record", id, "order 8") == 0, room.err
    sent = f"transforms/samples/recorded/{id[:13]}.erp.json"
    assert sent in room.out.splitlines()
    assert '"8"' in (room.folder / sent).read_text()
    assert room.say("routes", "test", "order 8") == 0
    (room.folder / sent).write_text("{}")
    assert room.say("routes", "test", "order 8") == 1, "the body is held to what was sent"
    assert room.say("routes", "test", "--record", id, "order 8") == 1
    assert "already" in room.err
    assert room.say("routes", "test", "an order without lines is refused") == 0, "the others are as they were"


def test_what_is_dead_becomes_a_test_of_that(room: Room) -> None:
    message = room.dead_record().partition(":")[0]
    assert room.say("routes", "test", "--record", message, "bad day") == 0, room.err
    text = (room.folder / "routes.yaml").read_text()
    assert "      state: dead\n      dead: 1\n" in text
    assert "file: samples/recorded/" in text


def test_the_replies_are_those_of_the_outside(room: Room) -> None:
    message = room.dead_delivery().partition(":")[0]
    assert room.say("routes", "test", "--record", message, "-") == 0, room.err
    assert "replies:\n    erp: [refused]\n" in room.out
    assert "state: dead" in room.out
    assert "reason" not in room.out, "the simulated outside says it in its own words"
    assert "recorded" not in (room.folder / "routes.yaml").read_text(), "it is printed alone"
    assert not (room.folder / "transforms/samples/recorded").exists()
    assert room.say("routes", "test", "--record", message, "taken") == 0, room.err


def test_what_cannot_be_recorded(room: Room) -> None:
    id = room.send("web-orders", ORDER % "9")
    assert room.say("routes", "test", "--record", id) == 1
    assert "only what has ended" in room.err
    assert room.say("routes", "test", "--record", "nothing") == 3
    assert room.say("routes", "test", "--record", id, "a", "b") == 2
