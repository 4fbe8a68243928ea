from __future__ import annotations

import pytest

from tests.adapters.commands.typing_room import Room


def test_waiting_says_whether_it_died_again(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("targets", "pause", "web-orders.erp", "--yes") == 0
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 4
    assert "1 are held: web-orders.erp is paused or gone" in room.err


def test_waiting_ends_when_all_have_ended(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    assert room.json("jobs", "show", 1)["dead"] == 1, "the name is still taken"
    (room.folder / "out/orders/7.json").unlink()
    assert room.say("dlq", "requeue", id, "--yes") == 0
    room.work()
    shown = room.json("jobs", "show", 2)
    assert (shown["ended"], shown["dead"], shown["waiting"]) == (1, 0, {})


def test_waiting_ends_where_nothing_works(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.commands.requeueing.ABSENCE", 0.2)
    id = room.dead_delivery()
    assert room.say("dlq", "requeue", id, "--yes", "--wait") == 4
    assert "1 wait, and nothing works here: start `crossdock up`" in room.err
