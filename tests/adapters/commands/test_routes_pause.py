from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import wiring
from tests.adapters.commands.living import Typed, answer, make_project, typed
from tests.adapters.commands.typing_room import ORDER, Room
from tests.adapters.waiting import until


def test_a_paused_route_takes_nothing_in_and_goes_on_with_what_it_has(room: Room) -> None:
    room.send("web-orders", ORDER % "1")
    assert room.say("routes", "pause", "web-orders", "--reason", "stocktaking") == 5, "it needs --yes"
    assert room.say("routes", "pause", "web-orders", "--reason", "stocktaking", "--yes") == 0
    assert room.json("routes", "list")[0]["paused"] is True
    assert room.json("routes", "show", "web-orders")["paused"] is True
    (room.folder / "two.json").write_text(ORDER % "2")
    assert room.say("send", "web-orders", room.folder / "two.json") == 5
    assert "paused (stocktaking)" in room.err
    room.work()
    assert (room.folder / "out/orders/1.json").exists()
    assert room.json("status")["accepted"] == 1
    assert room.say("routes", "resume", "web-orders", "--yes") == 0
    assert room.json("routes", "list")[0]["paused"] is False
    assert room.json("routes", "list")[0]["paused_targets"] == []
    room.send("web-orders", ORDER % "2")


def test_several_routes_at_once_and_twice_is_the_same_as_once(room: Room) -> None:
    both = room.json("routes", "pause", "web-orders", "till-sales", "web-orders", "--yes")
    assert [(row["id"], row["paused"], row["changed"]) for row in both] == [
        ("web-orders", True, True), ("till-sales", True, True),
    ]  # fmt: skip
    (again,) = room.json("routes", "pause", "till-sales", "--yes")
    assert again["changed"] is False
    assert "was paused already" in room.err
    (gone_on,) = room.json("routes", "resume", "till-sales", "--yes")
    assert gone_on == {"id": "till-sales", "paused": False, "changed": True}
    assert room.json("routes", "resume", "till-sales", "--yes")[0]["changed"] is False


def test_a_route_that_is_not_there_pauses_none(room: Room) -> None:
    assert room.say("routes", "pause", "web-orders", "nothing", "--yes") == 3
    assert "there is no route nothing; there are web-orders, till-sales" in room.err
    assert room.json("routes", "list")[0]["paused"] is False
    assert room.say("routes", "resume", "nothing", "--yes") == 3


def test_a_route_can_be_paused_while_the_files_are_broken(room: Room) -> None:
    wiring.prepare(room.settings)
    (room.folder / "routes.yaml").write_text("version: 1\nroutes: [")
    assert room.say("routes", "pause", "web-orders", "--yes", "-o", "id") == 0, room.err
    assert room.out.split() == ["web-orders"]
    assert "routes.yaml cannot be used" in room.err


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path)
    (made / "in").mkdir()
    return made


@pytest.fixture
def living(project: Path) -> Iterator[Typed]:
    with typed(project, "up") as command:
        until(command.ready, 60)
        yield command


def test_processes_that_run_see_it_within_a_moment_and_so_do_those_that_start(project: Path, living: Typed) -> None:
    assert answer(project, "routes pause copies --yes")[0] == 0
    until(lambda: "the route is paused" in living.said())
    (project / "in/a.txt").write_text("a")
    living.process.terminate()
    living.process.wait(30)
    with typed(project, "up") as again:
        until(again.ready, 60)
        until(lambda: "the route is paused" in again.said())
        assert (project / "in/a.txt").exists()
        assert answer(project, "routes resume copies --yes")[0] == 0
        until(lambda: (project / "out/a.txt").exists())
