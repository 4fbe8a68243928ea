from __future__ import annotations

from tests.adapters.commands.typing_room import Room


def test_a_code_is_explained_with_a_wrong_and_a_right_example(room: Room) -> None:
    assert room.say("routes", "explain", "E0201") == 0
    lines = room.out.splitlines()
    assert lines[0] == "E0201: an unknown word (error)"
    assert lines.index("Wrong:") < lines.index("Right:")
    assert any("nmae: a.csv" in line for line in lines)


def test_as_json(room: Room) -> None:
    found = room.json("routes", "explain", "w0302")
    assert found["codes"] == ["W0302", "E0302"]
    assert found["levels"] == ["warning", "error"]
    assert found["wrong"].startswith("connections:\n")
    assert found["files"] == {}


def test_an_unknown_code_names_its_neighbours(room: Room) -> None:
    assert room.say("routes", "explain", "E0299") == 3
    assert room.err.startswith("there is no code E0299; near it: E02")
    assert room.out == ""
    assert room.say("routes", "explain", "nonsense") == 3
    assert "crossdock routes explain" in room.err


def test_without_a_code_all_are_listed(room: Room) -> None:
    assert room.say("routes", "explain", "-o", "id") == 0
    names = room.out.split()
    assert "E0103" in names
    assert names == sorted(names, key=lambda name: name[1:])
    assert room.say("routes", "explain") == 0
    assert "an unknown word" in room.out


def test_codes_are_completed(room: Room) -> None:
    from adapters.commands.explain import complete_codes

    assert [item.value for item in complete_codes(None, None, "e010")][:2] == ["E0101", "E0102"]  # type: ignore[arg-type]
