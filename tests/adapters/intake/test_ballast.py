from __future__ import annotations

import os
from pathlib import Path

from structlog.testing import capture_logs

from adapters.intake.ballast import FULL, PIECE, Ballast
from adapters.intake.disk import Room

MIB = 1 << 20


def test_it_grows_by_pieces_until_it_is_whole_and_is_truly_there(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", lambda: Room(10 << 30, 1 << 30))
    ballast.look()
    assert ballast.path.stat().st_size == PIECE
    for _ in range(FULL // PIECE + 5):
        ballast.look()
    found = ballast.path.stat()
    assert found.st_size == FULL
    assert found.st_blocks * 512 >= FULL, "it has no holes"
    assert len(set(ballast.path.read_bytes()[:4096])) > 100, "nor is it of one byte that could be left out"
    assert found.st_mode & 0o777 == 0o600


def test_it_is_given_up_on_a_full_disk_said_once_and_made_again(tmp_path: Path) -> None:
    room = Room(100 * MIB, 8 * MIB)
    ballast = Ballast(tmp_path / "ballast", lambda: room)
    for _ in range(6):
        ballast.look()
    assert ballast.path.stat().st_size == 4 * MIB, "half of what must be free: giving it up opens nothing"
    with capture_logs() as logs:
        room = Room(2 * MIB, 8 * MIB)
        ballast.look()
        assert ballast.path.exists()
        for free in (2 * MIB - 1, MIB):
            room = Room(free, 8 * MIB)
            ballast.look()
        assert not ballast.path.exists()
        room = Room(12 * MIB, 8 * MIB)
        ballast.look()
        assert not ballast.path.exists(), "it would take what was just freed"
        room = Room(13 * MIB, 8 * MIB)
        for _ in range(6):
            ballast.look()
    assert ballast.path.stat().st_size == 4 * MIB
    assert [line["action"] for line in logs] == ["ballast_given_up"]


def test_where_it_cannot_be_written_nothing_stops(tmp_path: Path) -> None:
    Ballast(tmp_path / "missing" / "ballast", lambda: Room(10 << 30, 1 << 30)).look()
    assert os.listdir(tmp_path) == []
