from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from adapters.inbound.folder.turn import TOKEN, Turn
from tests.adapters.inbound.folder.house import DiskLedger


class Shared(DiskLedger):
    """A ledger of several hosts; `free` says whether the turn is to be had."""

    shared = True
    free = False

    def turn(self, name: str) -> bool:
        self.asked = name
        return self.free


def test_one_host_needs_no_turn_and_no_file(tmp_path: Path) -> None:
    turn = Turn(tmp_path, "sales", DiskLedger(tmp_path))
    assert (turn.begins(), turn.ours, turn.begins()) == (True, True, False)
    assert not (tmp_path / TOKEN).exists()


def test_what_another_one_left_is_finished_when_the_turn_comes(tmp_path: Path) -> None:
    ledger = Shared(tmp_path)
    turn = Turn(tmp_path, "sales", ledger)
    with capture_logs() as logs:
        assert (turn.begins(), turn.ours) == (False, False)
        assert (turn.begins(), turn.ours) == (False, False)
        ledger.free = True
        assert (turn.begins(), turn.ours) == (True, True)
        assert (turn.begins(), turn.ours) == (False, True)
        ledger.free = False
        assert (turn.begins(), turn.ours) == (False, False)
    said = [line["event"] for line in logs]
    assert [text.split(" ")[0] for text in said] == ["another", "this", "another"]


def test_a_folder_is_known_by_a_file_in_it(tmp_path: Path) -> None:
    one, same = Shared(tmp_path), Shared(tmp_path)
    Turn(tmp_path, "sales", one).begins()
    Turn(tmp_path, "sales", same).begins()
    assert one.asked == same.asked == f"folder {(tmp_path / TOKEN).read_text()}"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [TOKEN]
