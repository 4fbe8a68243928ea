from __future__ import annotations

import json
import socket

from tests.adapters.commands.typing_room import Room


def test_each_thing_has_a_verdict_and_advice_where_needed(room: Room) -> None:
    room.say("doctor", "-o", "json")
    found = json.loads(room.out)
    names = [row["id"] for row in found]
    assert len(set(names)) == len(names)
    assert {"packages", "ntp", "time zones", "routes", "folder till", "folder orders", "port http", "port admin"} <= set(names)
    assert all(list(row) == ["id", "verdict", "found", "advice"] for row in found)
    assert all(row["verdict"] == "good" or row["advice"] for row in found)


def test_a_project_with_mistakes_and_a_folder_that_is_none(room: Room) -> None:
    (room.folder / "out").rmdir()
    (room.folder / "out").write_text("a file where a folder should be")
    assert room.say("doctor", "-o", "json") == 1
    found = {row["id"]: row for row in json.loads(room.out)}
    assert found["routes"]["verdict"] == "good"
    assert found["folder orders"]["verdict"] == "bad"
    (room.folder / "routes.yaml").write_text("version: 2\n")
    assert room.say("doctor", "-o", "json") == 1
    found = {row["id"]: row for row in json.loads(room.out)}
    assert (found["routes"]["verdict"], found["routes"]["advice"]) == ("bad", "crossdock routes check")


def test_without_a_project_the_host_is_examined(room: Room) -> None:
    (room.folder / "routes.yaml").unlink()
    room.say("doctor", "-o", "json")
    found = {row["id"]: row for row in json.loads(room.out)}
    assert (found["routes"]["verdict"], found["routes"]["found"]) == ("fair", "there is no routes.yaml here")


def test_connections_are_only_tried_on_demand(room: Room) -> None:
    routes = room.folder / "routes.yaml"
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        text = routes.read_text().replace("connections:\n", f"connections:\n  shop: {{type: http, url: '{url}'}}\n", 1)
        routes.write_text(text)
        room.say("doctor", "-o", "id")
        assert "connection shop" not in room.out.splitlines()
        room.say("doctor", "--connections", "-o", "json")
        found = {row["id"]: row for row in json.loads(room.out)}
    assert found["connection shop"]["verdict"] == "good"
    assert room.say("doctor", "--connections", "-o", "json") == 1
    found = {row["id"]: row for row in json.loads(room.out)}
    assert "connection refused" in found["connection shop"]["found"]


def test_a_broker_that_does_not_answer_is_bad(room: Room) -> None:
    assert room.say("doctor", "--broker", "redis://127.0.0.1:1/0") == 1
    assert "nothing is lost meanwhile" in room.out
