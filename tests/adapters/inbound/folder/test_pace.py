"""How soon a folder is looked at again."""

from __future__ import annotations

from adapters.inbound.folder.pace import Pace

NONE: frozenset[str] = frozenset()
SOME = frozenset({"a.csv"})


def test_an_empty_folder_is_looked_at_once_a_second() -> None:
    assert Pace().next(NONE, False, 0.0, 0.0) == 1.0


def test_files_that_come_are_looked_at_often() -> None:
    pace = Pace()
    assert pace.next(SOME, False, 100.0, 0.0) == 0.2
    assert pace.next(SOME, False, 109.0, 0.0) == 0.2
    assert pace.next(SOME, False, 111.0, 0.0) == 1.0
    assert pace.next(SOME, True, 112.0, 0.0) == 0.2


def test_a_long_look_is_followed_by_a_long_pause() -> None:
    assert Pace().next(SOME, True, 0.0, 0.4) == 2.0


def test_failures_are_tried_less_and_less_often_until_one_works() -> None:
    pace = Pace()
    assert [pace.failed() for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    pace.next(NONE, False, 0.0, 0.0)
    assert pace.failed() == 0.5
