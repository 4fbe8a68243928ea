"""One file out of many records, by one owner after the other."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.outbound.folder import FolderAddress
from adapters.outbound.folder.collector import Collector, open_collector
from adapters.outbound.folder.naming import sent_name, temp_name
from adapters.outbound.folder.place import NameTaken
from adapters.outbound.folder.target import FolderTarget
from router.ledger import FileOut

KEY = "m:lake"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def opened(
    folder: Path, epoch: int = 1, resume: FileOut | None = None, exists: str = "fail", part: int = 0
) -> Collector:
    return open_collector(folder, "a.ndjson", exists, KEY, epoch, resume, 7, "r.lake", part)


def begun(folder: Path, epoch: int = 1) -> tuple[Collector, FileOut]:
    """Two synced records, and one that no commit knows."""
    collector = opened(folder, epoch)
    collector.write(b"1\n2\n")
    file = collector.sync()
    collector.write(b"3\n")
    return collector, file


def test_a_file_appears_whole(tmp_path: Path) -> None:
    collector, file = begun(tmp_path)
    assert file == FileOut(7, "r.lake", temp_name(KEY, 0), "a.ndjson", 4, "open")
    assert set(tree(tmp_path)) == {temp_name(KEY, 0)}
    closed = collector.close()
    stat = (tmp_path / "a.ndjson").stat()
    assert closed == FileOut(
        7, "r.lake", sent_name(KEY), "a.ndjson", 6, "closed", stat.st_dev, stat.st_ino
    )  # fmt: skip
    collector.settled()
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\n3\n"}


def test_the_next_owner_goes_on_where_the_ledger_says(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    inode = (tmp_path / file.temp).stat().st_ino
    collector = opened(tmp_path, 2, file)
    assert (collector.restarted, collector.finished) == (False, False)
    assert set(tree(tmp_path)) == {temp_name(KEY, 2)}
    assert (tmp_path / temp_name(KEY, 2)).stat().st_ino == inode
    collector.write(b"three\n")
    collector.close()
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\nthree\n"}


def test_a_late_owner_writes_into_a_file_that_nobody_uses(tmp_path: Path) -> None:
    late, file = begun(tmp_path)
    collector = opened(tmp_path, 2, file)
    late.write(b"late\n")
    collector.write(b"3\n")
    late.write(b"later\n")
    with pytest.raises(FileNotFoundError):
        late.close()
    collector.close()
    collector.settled()
    with pytest.raises(FileNotFoundError):
        late.close()
    late.abandon()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\n3\n"}


@pytest.mark.parametrize("exists", ["fail", "suffix", "replace"])
def test_a_late_owner_that_no_commit_knows_can_name_nothing(tmp_path: Path, exists: str) -> None:
    late = opened(tmp_path, 1, exists=exists)
    late.write(b"1\n")
    collector = opened(tmp_path, 2, exists=exists)
    with pytest.raises(OSError, match="a later owner works on this file"):
        late.close()
    late.abandon()
    collector.write(b"1\n2\n")
    collector.close()
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\n"}


def test_the_same_owner_may_open_it_again(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    collector = opened(tmp_path, 1, file)
    collector.write(b"3\n")
    collector.close()
    assert (tmp_path / "a.ndjson").read_bytes() == b"1\n2\n3\n"


@pytest.mark.parametrize("held", [True, False])
def test_an_owner_that_died_before_its_first_commit_is_followed(tmp_path: Path, held: bool) -> None:
    """The ledger names the temp of the first; the second has renamed, or copied, it and died."""
    first, file = begun(tmp_path)
    if not held:
        first.abandon()
    second = opened(tmp_path, 2, file)
    second.write(b"x\n")
    third = opened(tmp_path, 3, file)
    assert not third.restarted
    third.write(b"3\n")
    third.close()
    third.settled()
    assert (tmp_path / "a.ndjson").read_bytes() == b"1\n2\n3\n"


def test_a_temp_that_is_missing_starts_again_and_says_so(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    (tmp_path / file.temp).unlink()
    collector = opened(tmp_path, 2, file)
    assert collector.restarted
    collector.write(b"1\n")
    assert collector.sync().offset == 2


def test_a_temp_that_is_shorter_than_its_offset_starts_again(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    os.truncate(tmp_path / file.temp, 3)
    collector = opened(tmp_path, 2, file)
    assert collector.restarted
    collector.close()
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b""}


def test_what_no_commit_knows_goes_with_its_owner(tmp_path: Path) -> None:
    collector = opened(tmp_path)
    collector.write(b"1\n")
    collector.abandon()
    collector.abandon()
    assert tree(tmp_path) == {}


def test_a_file_that_has_its_name_already_is_finished(tmp_path: Path) -> None:
    """The owner died between the link and the commit."""
    earlier, file = begun(tmp_path)
    closed = earlier.close()
    earlier.abandon()
    collector = opened(tmp_path, 2, file)
    assert collector.finished
    collector.write(b"3\n")
    assert collector.sync().offset == 6
    assert collector.close() == closed
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\n3\n"}


def test_a_finished_file_may_have_been_picked_up(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.close()
    earlier.abandon()
    (tmp_path / "a.ndjson").unlink()
    collector = opened(tmp_path, 2, file)
    assert collector.finished
    collector.settled()
    assert tree(tmp_path) == {}


def test_a_closed_file_only_needs_settling(tmp_path: Path) -> None:
    earlier, _ = begun(tmp_path)
    closed = earlier.close()
    collector = opened(tmp_path, 2, closed)
    assert collector.finished
    assert collector.close() == closed
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"1\n2\n3\n"}


def test_a_name_that_is_taken_stops_it_before_the_first_record(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b"theirs")
    with pytest.raises(NameTaken, match="another file has this name"):
        opened(tmp_path)
    assert tree(tmp_path) == {"a.ndjson": b"theirs"}


def test_a_name_that_is_taken_meanwhile_leaves_the_temp(tmp_path: Path) -> None:
    collector, file = begun(tmp_path)
    (tmp_path / "a.ndjson").write_bytes(b"theirs")
    with pytest.raises(NameTaken):
        collector.close()
    collector.abandon()
    assert tree(tmp_path) == {"a.ndjson": b"theirs", file.temp: b"1\n2\n3\n"}
    assert not opened(tmp_path, 2, file).restarted


def test_suffix_and_replace_hold_for_collected_files(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b"theirs")
    suffixed = opened(tmp_path, exists="suffix")
    suffixed.write(b"1\n")
    assert suffixed.close().name == "a-1.ndjson"
    suffixed.settled()
    replaced = opened(tmp_path, exists="replace")
    replaced.write(b"2\n")
    assert replaced.close().name == "a.ndjson"
    replaced.settled()
    assert tree(tmp_path) == {"a-1.ndjson": b"1\n", "a.ndjson": b"2\n"}


def test_requeued_records_make_a_file_of_their_own(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "out")
    collector = target.collector(7, "r.lake", FolderAddress("a.ndjson", "fail"), KEY, 1, 2, None)
    collector.write(b"3\n")
    closed = collector.close()
    collector.settled()
    assert (closed.name, closed.part) == ("a.requeue-2.ndjson", 2)
    assert tree(tmp_path / "out") == {"a.requeue-2.ndjson": b"3\n"}


def test_requeued_records_that_no_commit_knows_are_written_again(tmp_path: Path) -> None:
    """More records may be due by then than when the owner died."""
    earlier = opened(tmp_path, 1, part=1)
    earlier.write(b"3\n")
    earlier.close()
    earlier.abandon()
    collector = opened(tmp_path, 2, part=1)
    assert not collector.finished
    collector.write(b"3\n4\n")
    collector.close()
    collector.settled()
    assert tree(tmp_path) == {"a.ndjson": b"3\n4\n"}


@pytest.mark.parametrize("exists", ["fail", "suffix", "replace"])
@pytest.mark.parametrize("killed_at", range(9))
def test_kill_9_loses_and_doubles_no_record(tmp_path: Path, exists: str, killed_at: int) -> None:
    """The ledger is a variable: only what a step returned before the kill is known to the next owner."""
    ledger = tmp_path / "ledger"
    out = tmp_path / "out"
    out.mkdir()
    assert owner_dies(out, ledger, 1, exists, killed_at)
    assert not owner_dies(out, ledger, 2, exists, 1000)
    assert tree(out) == {"a.ndjson": b"".join(b"%d\n" % n for n in range(3))}


def owner_dies(out: Path, ledger: Path, epoch: int, exists: str, steps: int) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            own(out, ledger, epoch, exists, steps)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def own(out: Path, ledger: Path, epoch: int, exists: str, steps: int) -> None:
    """Writes three records, one a commit; the last commit knows the closed file."""
    left = [steps]

    def checkpoint() -> None:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    done, offset, temp, state = read(ledger)
    resume = FileOut(7, "r.lake", temp, "a.ndjson", offset, state) if temp else None
    collector = opened(out, epoch, resume, exists)
    first = 0 if collector.restarted else done
    for n in range(first, 3):
        checkpoint()
        collector.write(b"%d\n" % n)
        checkpoint()
        file = collector.sync() if n < 2 else collector.close()
        checkpoint()
        ledger.write_text(f"{n + 1} {file.offset} {file.temp} {file.state}")
    collector.settled()


def read(ledger: Path) -> tuple[int, int, str, str]:
    if not ledger.exists():
        return 0, 0, "", "open"
    done, offset, temp, state = ledger.read_text().split()
    return int(done), int(offset), temp, state


def test_a_row_of_the_ledger_is_enough_to_go_on(tmp_path: Path) -> None:
    earlier, file = begun(tmp_path)
    earlier.abandon()
    collector = opened(tmp_path, 2, replace(file, offset=2))
    collector.write(b"two\n")
    collector.close()
    assert (tmp_path / "a.ndjson").read_bytes() == b"1\ntwo\n"
