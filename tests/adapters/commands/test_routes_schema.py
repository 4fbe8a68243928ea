from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from tests.adapters.commands.typing_room import Room


def test_the_schema_of_the_file_is_all_that_is_printed(room: Room) -> None:
    assert room.say("routes", "schema") == 0
    found = json.loads(room.out)
    assert found["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert "defaults" in found["properties"]
    assert found["properties"]["routes"]["description"]
    assert room.err == ""


def test_that_of_an_included_file_is_another(room: Room) -> None:
    assert room.say("routes", "schema", "--included") == 0
    found = json.loads(room.out)
    assert "defaults" not in found["properties"]
    assert "required" not in found, "the version may be left out there"


def test_no_project_is_needed(room: Room) -> None:
    (room.folder / "routes.yaml").write_text("version: [")
    assert room.say("routes", "schema") == 0
