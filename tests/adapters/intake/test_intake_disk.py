from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.intake.disk import Disk, Room

Usage = namedtuple("Usage", "total used free")


class Space:
    """A disk of 1000 bytes."""

    free = 500

    def __call__(self, path: Path) -> Usage:
        return Usage(1000, 1000 - self.free, self.free)


def disk(var: Path, space: Space) -> Disk:
    return Disk(var, lambda size: size // 10, space)


def test_it_closes_below_the_floor_and_opens_with_a_tenth_more(tmp_path: Path) -> None:
    space = Space()
    here = disk(tmp_path, space)
    seen = []
    for space.free in (100, 99, 105, 111, 112, 105):
        seen.append(bool(here()))
    assert seen == [False, True, True, True, False, False]
    assert here.room() == Room(105, 100)


def test_all_processes_agree_and_one_of_them_says_so(tmp_path: Path) -> None:
    space = Space()
    web, inbound, command = (disk(tmp_path, space) for _ in range(3))
    with capture_logs() as logs:
        space.free = 99
        assert web() == inbound() == command.why() == "99 bytes are free on the disk, 100 bytes must be"
        space.free = 105
        assert all((web(), inbound(), command.why()))
        assert disk(tmp_path, space)(), "a process that has just started knows it, too"
        space.free = 300
        assert not any((command.why(), inbound(), web()))
    assert [line["action"] for line in logs] == ["intake_closed", "intake_opened"]
    assert str(tmp_path) in logs[0]["event"], "the log says where; callers are not told"


def test_a_command_that_only_asks_changes_nothing(tmp_path: Path) -> None:
    space = Space()
    space.free = 0
    assert disk(tmp_path, space).why()
    space.free = 105
    assert not disk(tmp_path, space).why()


def test_a_disk_without_room_for_a_name_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    space = Space()
    space.free = 0
    here = disk(tmp_path, space)
    with capture_logs() as logs:
        assert all((here(), here()))
    assert len(logs) == 1


def test_where_nobody_can_tell_it_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Disk(tmp_path / "missing", lambda size: size)() == ""
