"""A paused route leaves files where they are; what it stored before is still moved away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.inbound.folder import source
from adapters.inbound.folder.pace import IDLE, SHARE
from adapters.inbound.folder.scan import look
from adapters.inbound.folder.source import FILES
from tests.adapters.inbound.folder.conftest import MakeHouse
from tests.adapters.inbound.folder.house import House


def test_files_stay_where_they_are_until_the_route_is_resumed(house: House) -> None:
    house.paused = True
    house.drop("a.csv", b"h\n1\n")
    house.look()
    assert house.ledger.stored() == []
    assert house.look(60) == IDLE, "nothing is hurried while nothing may be taken"
    assert set(house.tree()) == {"a.csv"}
    house.paused = False
    house.look(1)
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert set(house.tree()) == {"archive/a.csv"}


def test_a_pause_is_seen_before_the_next_commit_of_a_long_backlog(make_house: MakeHouse) -> None:
    house = make_house(checkpoint=lambda step: setattr(house, "paused", step == "stored" or house.paused))
    for n in range(FILES + 1):
        house.drop(f"{n:03}.csv", b"h\n%d\n" % n)
    house.look()
    assert house.door.sizes == [FILES]
    assert f"{FILES:03}.csv" in house.tree()


class Killed(BaseException):
    """The process ends here."""


def test_a_file_that_was_stored_before_the_pause_is_moved_away(make_house: MakeHouse) -> None:
    def kill(step: str) -> None:
        if step == "stored":
            raise Killed

    house = make_house(checkpoint=kill)
    house.drop("a.csv")
    try:
        house.look()
    except Killed:
        house.checkpoint = lambda step: None
    house.start()
    house.paused = True
    house.drop("b.csv", b"h\n2\n")
    house.look()
    assert set(house.tree()) == {"archive/a.csv", "b.csv"}


def test_a_ledger_that_answers_late_makes_no_long_pause(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the folder itself takes is a reason to look at it less often."""

    def late(answer: object) -> Callable[..., object]:
        def answering(*_: object) -> object:
            house.clock.now += 20.0
            return answer

        return answering

    monkeypatch.setattr(house.source, "_paused", late(False))
    monkeypatch.setattr(house.ledger, "file_stored", late(None))
    house.drop("a.csv", b"h\n1\n")
    assert house.look() <= IDLE


def test_a_folder_that_answers_late_is_looked_at_less_often(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*words: object) -> object:
        house.clock.now += 2.0
        return look(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(source, "look", slow)
    assert house.look() == SHARE * 2.0
