from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from adapters.commands import routes_graph
from tests.adapters.commands.typing_room import Room


def test_a_new_project_is_drawn_without_a_ledger(room: Room) -> None:
    assert room.say("routes", "graph") == 0
    assert ElementTree.fromstring(room.out).tag.endswith("svg")
    assert "web-orders" in room.out
    assert "<title>Routes of shop</title>" in room.out
    assert not (room.folder / "var").exists()


def test_mermaid_of_one_route(room: Room) -> None:
    assert room.say("routes", "graph", "--route", "web-orders", "-o", "mermaid") == 0
    assert room.out.startswith("flowchart LR\n")
    assert "route_web_orders --> target_web_orders_erp" in room.out
    assert "till" not in room.out


def test_by_owner(room: Room) -> None:
    drawn = json.loads(said(room, "--by", "owner", "-o", "json"))
    assert {node["kind"] for node in drawn["nodes"]} == {"owner", "source", "system"}


def test_counts_are_those_of_the_ledger(room: Room) -> None:
    room.dead_delivery()
    drawn = json.loads(said(room, "--counts", "-o", "json"))
    counts = {node["id"]: node["counts"] for node in drawn["nodes"] if node["counts"]}
    assert counts["route:web-orders"]["accepted"] == 1
    assert counts["target:web-orders.erp"] == {"open": 0, "retry": 0, "dead": 1}
    assert "dead 1" in said(room, "--counts")


def test_counts_of_a_project_that_never_ran_are_zeros_and_no_ledger_is_made(room: Room) -> None:
    assert "accepted 0" in said(room, "--counts", "-o", "mermaid")
    assert not (room.folder / "var").exists()


def test_a_secret_that_is_not_set_is_no_hindrance(room: Room) -> None:
    path = room.folder / "routes.yaml"
    path.write_text(path.read_text() + 'clients:\n  someone: {token: "${secret:NOWHERE}"}\n')
    assert room.say("routes", "graph") == 0, room.err


def test_an_unknown_route_is_said(room: Room) -> None:
    assert room.say("routes", "graph", "--route", "nothing") == 3
    assert room.err.startswith("there is no route nothing; there are ")


def test_more_lines_than_mermaid_draws_are_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes_graph, "EDGES", 2)
    assert room.say("routes", "graph", "-o", "mermaid") == 0
    assert "maxEdges" in room.err


def said(room: Room, *words: str) -> str:
    assert room.say("routes", "graph", *words) == 0, room.err
    return room.out
