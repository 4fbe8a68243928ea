"""What happens to files after they are stored: changes, recoveries, later failures."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.inbound.folder.landing import Landed
from adapters.inbound.folder.scan import Seen
from tests.adapters.inbound.folder.conftest import MakeHouse
from tests.adapters.inbound.folder.house import House, marker


def at(step: str, act: object) -> object:
    """A checkpoint that acts once, when a step is done."""
    done: list[str] = []

    def checkpoint(name: str) -> None:
        if name == step and not done:
            done.append(name)
            act()  # type: ignore[operator]

    return checkpoint


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_file_that_changes_before_the_move_is_a_dead_letter_of_its_own(make_house: MakeHouse) -> None:
    house = make_house()
    path = house.drop("a.csv", b"h\n1\n")
    house.checkpoint = at("stored", lambda: append(path, b"2\n"))  # type: ignore[assignment]
    house.look()
    assert [(f["state"], bytes.fromhex(f["body"]), f["name"]) for f in house.ledger.stored()] == [
        ("accepted", b"h\n1\n", "a.csv"),
        ("dead", b"h\n1\n2\n", "a.csv"),
    ]
    end = house.door.arrivals[1].end
    assert end is not None
    assert (end.state, end.stage, end.error, end.reason) == ("dead", "decode", "changed", "changed after it was taken")
    assert house.door.arrivals[1].once == ()
    assert house.tree() == {"failed/a.csv": b"h\n1\n2\n"}


def test_a_change_is_seen_where_files_are_deleted(make_house: MakeHouse) -> None:
    house = make_house(done="delete")
    path = house.drop("a.csv", b"h\n1\n")
    house.checkpoint = at("stored", lambda: append(path, b"2\n"))  # type: ignore[assignment]
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n", b"h\n1\n2\n"]
    assert house.tree() == {"failed/a.csv": b"h\n1\n2\n"}


def test_a_new_file_under_the_name_of_a_stored_one_is_not_lost(make_house: MakeHouse) -> None:
    house = make_house(done="delete")
    house.drop("a.csv", b"h\n1\n")

    def replace() -> None:
        (house.inbox / "new").write_bytes(b"h\n9\n")
        os.replace(house.inbox / "new", house.inbox / "a.csv")

    house.checkpoint = at("stored", replace)  # type: ignore[assignment]
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n", b"h\n9\n"]


def test_a_file_that_its_sender_took_back_after_the_commit_is_told_as_gone(make_house: MakeHouse) -> None:
    house = make_house()
    path = house.drop("a.csv")
    house.checkpoint = at("stored", path.unlink)  # type: ignore[assignment]
    house.look()
    assert house.ledger.moves() == [""]
    assert house.tree() == {}


def test_a_file_stored_before_a_crash_is_only_moved_even_where_duplicates_are_taken(make_house: MakeHouse) -> None:
    house = make_house(duplicates="take", ready={"unchanged_for": 60.0})
    house.checkpoint = at("stored", lambda: (_ for _ in ()).throw(KeyboardInterrupt))  # type: ignore[assignment]
    house.drop("a.csv", b"h\n1\n")
    house.look()
    try:
        house.look(60.0)
    except KeyboardInterrupt:
        house.start()
    assert set(house.tree()) == {"a.csv"}
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert house.tree() == {"archive/a.csv": b"h\n1\n"}


def test_the_same_bytes_as_another_file_are_taken_after_a_crash(make_house: MakeHouse) -> None:
    house = make_house(duplicates="take")
    house.drop("a.csv", b"h\n1\n")
    house.look()
    house.start()
    house.drop("a.csv", b"h\n1\n")
    house.look()
    assert house.ledger.bodies() == [b"h\n1\n"] * 2


def test_a_file_whose_message_fails_later_moves_to_failed_with_its_marker(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker})
    house.drop("a.csv", b"h\n1\n")
    house.drop("a.csv.ok", b"")
    house.look()
    id = house.ledger.stored()[0]["id"]
    house.ledger.failed = [(house.ledger.moves()[0], id)]
    house.look(1.0)
    assert set(house.tree()) == {"archive/a.csv", "archive/a.csv.ok"}
    house.look(1.0)
    assert set(house.tree()) == {"failed/a.csv", "failed/a.csv.ok"}
    assert house.ledger.relocated == [(id, str(house.inbox / "failed" / "a.csv"))]


def test_a_failed_file_with_bytes_that_are_not_utf8_is_found_by_what_is_shown(house: House) -> None:
    with open(os.path.join(os.fsencode(house.inbox), b"bad\xff.csv"), "wb") as file:
        file.write(b"h\n1\n")
    house.look()
    house.ledger.failed = [(house.ledger.moves()[0], house.ledger.stored()[0]["id"])]
    house.look(2.0)
    assert set(house.tree()) == {"failed/bad\\xff.csv"}


def test_a_failed_file_that_was_deleted_comes_back_from_the_ledger(make_house: MakeHouse) -> None:
    house = make_house(done="delete")
    house.drop("a.csv", b"h\n1\n")
    house.look()
    assert house.tree() == {}
    id = house.ledger.stored()[0]["id"]
    house.ledger.failed = [("", id)]
    house.look(2.0)
    assert house.tree() == {"failed/a.csv": b"h\n1\n"}
    assert house.ledger.relocated == [(id, str(house.inbox / "failed" / "a.csv"))]


def test_a_failed_file_that_was_deleted_and_is_not_kept_is_told_once(make_house: MakeHouse) -> None:
    house = make_house(done="delete")
    house.ledger.failed = [("", "0190")]
    house.look(2.0)
    assert house.ledger.relocated == [("0190", "")]
    assert house.tree() == {}


def test_a_failed_file_that_is_gone_is_told_once(house: House) -> None:
    house.ledger.failed = [(str(house.inbox / "archive" / "a.csv"), "0190")]
    house.look(2.0)
    house.look(2.0)
    assert house.ledger.relocated == [("0190", "")]


def test_what_failed_is_what_nobody_works_on() -> None:
    file = Seen("a.csv", 1, 2, 3, 4)
    states = ("accepted", "duplicate", "conflict", "refused", "dead")
    assert [s for s in states if Landed(file, "id", s).failed] == ["refused", "dead"]
