"""Files in a folder, once a delivery."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.outbound.folder import FolderAddress
from adapters.outbound.folder.naming import sent_name, temp_name, whole_name
from adapters.outbound.folder.target import FolderTarget
from router.ports import Outcome, Parcel, Target
from tests.contracts.target import Features, TargetContract


def parcel(name: str, body: bytes = b"body", id: str = "", exists: str = "fail", epoch: int = 1) -> Parcel:
    id = id or f"m-{name}:lake"
    return Parcel(id, id, body, "text/plain", FolderAddress(name, exists), epoch)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def target(out: Path) -> FolderTarget:
    return FolderTarget(out)


@dataclass
class Outside:
    target: Target
    folder: Path
    secret: str = ""

    def parcel(self, n: int) -> Parcel:
        return parcel(f"{n:03}.txt", b"body %d" % n, f"m-{n}:lake")

    def refused(self, n: int) -> Parcel:
        (self.folder / "taken.txt").write_bytes(b"")
        return parcel("taken.txt", b"", f"m-{n}:lake")

    def arrived(self) -> Sequence[bytes]:
        visible = (p for p in sorted(self.folder.iterdir()) if not p.name.startswith("."))
        return [p.read_bytes() for p in visible if p.name != "taken.txt"]


class TestFolderTarget(TargetContract):
    features = Features(once=True, unreachable="io", refuses="exists")

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[Outside]:
        target = FolderTarget(folder / "out")
        (folder / "out").mkdir()
        yield Outside(target, folder / "out")
        await target.close()

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[Outside]:
        (folder / "file").write_bytes(b"")
        target = FolderTarget(folder / "file" / "out")
        yield Outside(target, folder)
        await target.close()


def test_after_settling_only_final_names_are_left(target: FolderTarget, out: Path) -> None:
    outcomes = target.put([parcel(f"{n}.txt", b"%d" % n) for n in range(5)])
    assert [o.sent_to for o in outcomes] == [str(out / f"{n}.txt") for n in range(5)]
    asyncio.run(target.settled(outcomes))
    assert tree(out) == {f"{n}.txt": b"%d" % n for n in range(5)}


def test_a_name_that_is_taken_fails_at_once_and_names_the_file(target: FolderTarget, out: Path) -> None:
    target.put([parcel("other.txt")])
    (out / "a.txt").write_bytes(b"theirs")
    (outcome,) = target.put([parcel("a.txt", b"ours")])
    assert outcome.error == "exists"
    assert "another file has this name" in outcome.reason
    assert str(out / "a.txt") in outcome.reason
    assert (out / "a.txt").read_bytes() == b"theirs"
    assert not [n for n in tree(out) if n.startswith(".") and n != sent_name("m-other.txt:lake")]


def test_a_suffix_finds_a_free_name(target: FolderTarget, out: Path) -> None:
    parcels = [parcel("a.tar.gz", b"%d" % n, f"m-{n}:lake", "suffix") for n in range(4)]
    outcomes = target.put(parcels[:3]) + target.put(parcels[3:])
    asyncio.run(target.settled(outcomes))
    assert tree(out) == {"a.tar.gz": b"0", "a.tar-1.gz": b"1", "a.tar-2.gz": b"2", "a.tar-3.gz": b"3"}
    (out / "a.tar.gz").unlink()
    (outcome,) = target.put([parcel("a.tar.gz", b"9", "m-9:lake", "suffix")])
    assert outcome.sent_to == str(out / "a.tar.gz")


def test_replace_takes_the_place_of_the_old_file(target: FolderTarget, out: Path) -> None:
    for n in range(2):
        asyncio.run(target.settled(target.put([parcel("a.txt", b"%d" % n, f"m-{n}:lake", "replace")])))
    assert tree(out) == {"a.txt": b"1"}


@pytest.mark.parametrize("exists", ["fail", "suffix", "replace"])
def test_a_retry_makes_no_second_file(target: FolderTarget, out: Path, exists: str) -> None:
    for epoch in (1, 2, 3):
        (outcome,) = target.put([parcel("a.txt", b"body", "m:lake", exists, epoch)])
        assert (outcome.error, outcome.sent_to) == (None, str(out / "a.txt"))
    asyncio.run(target.settled([outcome]))
    assert tree(out) == {"a.txt": b"body"}


def test_a_retry_finds_the_numbered_name_it_got(target: FolderTarget, out: Path) -> None:
    target.put([parcel("a.txt", b"first", "m-1:lake", "suffix")])
    for epoch in (1, 2):
        (outcome,) = target.put([parcel("a.txt", b"second", "m-2:lake", "suffix", epoch)])
        assert outcome.sent_to == str(out / "a-1.txt")
    assert not (out / "a-2.txt").exists()


def test_a_retry_after_the_file_was_picked_up_does_not_send_it_again(target: FolderTarget, out: Path) -> None:
    target.put([parcel("a.txt")])
    (out / "a.txt").unlink()
    (outcome,) = target.put([parcel("a.txt", epoch=2)])
    assert outcome.ok
    assert not (out / "a.txt").exists()


def test_a_late_owner_can_name_nothing_any_more(out: Path) -> None:
    """It has written its file and sleeps before the link; another owner sends and settles; then it wakes up."""
    late: list[Outcome] = []

    def other_owner(step: str) -> None:
        if step == "written" and not late:
            late.append(Outcome())
            other = FolderTarget(out)
            asyncio.run(other.settled(other.put([parcel("a.txt", exists="suffix", epoch=2)])))

    (outcome,) = FolderTarget(out, other_owner).put([parcel("a.txt", exists="suffix", epoch=1)])
    assert outcome.error == "io"
    assert tree(out) == {"a.txt": b"body"}


def test_errors_of_the_disk_are_outcomes_of_their_parcel(target: FolderTarget, out: Path) -> None:
    """The path of the second is too long for the file system."""
    outcomes = target.put([parcel("a.txt"), parcel("x" * 300), parcel("b.txt")])
    assert [o.error for o in outcomes] == [None, "io", None]
    assert "ENAMETOOLONG" in outcomes[1].reason
    hidden = {sent_name("m-a.txt:lake"), sent_name("m-b.txt:lake")}
    assert set(tree(out)) == {"a.txt", "b.txt"} | hidden


def test_a_full_disk_leaves_nothing(target: FolderTarget, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        (outcome,) = target.put([parcel("a.txt")])
    assert (outcome.error, outcome.reason) == ("io", "No space left on device (ENOSPC)")
    assert tree(out) == {}


def test_without_hard_links_files_are_renamed(
    target: FolderTarget, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    outcomes = target.put([parcel("a.txt", b"1"), parcel("a.txt", b"2", "m-2:lake")])
    assert [o.error for o in outcomes] == [None, "exists"]
    asyncio.run(target.settled(outcomes))
    assert tree(out) == {"a.txt": b"1"}


def killed_at(step: str, out: Path, parcels: Sequence[Parcel], times: int) -> bool:
    """A send in a process that kills itself when it has come to a step so many times."""
    pid = os.fork()
    if pid == 0:
        try:
            FolderTarget(out, kill_at(step, times)).put(parcels)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def kill_at(step: str, times: int) -> Callable[[str], None]:
    left = [times]

    def checkpoint(name: str) -> None:
        left[0] -= name == step
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return checkpoint


@pytest.mark.parametrize("exists", ["fail", "suffix", "replace"])
@pytest.mark.parametrize(("step", "times"), [("written", 1), ("named", 1), ("named", 3), ("synced", 1)])
def test_kill_9_makes_no_second_file(out: Path, exists: str, step: str, times: int) -> None:
    def batch(epoch: int) -> list[Parcel]:
        return [parcel(f"{n}.txt", b"%d" % n, exists=exists, epoch=epoch) for n in range(4)]

    assert killed_at(step, out, batch(1), times)
    target = FolderTarget(out)
    outcomes = target.put(batch(2))
    assert [o.error for o in outcomes] == [None] * 4
    asyncio.run(target.settled(outcomes))
    assert tree(out) == {f"{n}.txt": b"%d" % n for n in range(4)}


def test_killed_between_link_and_rename_it_was_sent(target: FolderTarget, out: Path) -> None:
    out.mkdir()
    (out / whole_name("m:lake")).write_bytes(b"body")
    os.link(out / whole_name("m:lake"), out / "a-7.txt")
    (out / "a.txt").write_bytes(b"theirs")
    (outcome,) = target.put([parcel("a.txt", b"body", "m:lake", "suffix")])
    assert outcome.sent_to == str(out / "a-7.txt")
    asyncio.run(target.settled([outcome]))
    assert tree(out) == {"a-7.txt": b"body", "a.txt": b"theirs"}


def test_killed_while_writing_it_was_not_sent(target: FolderTarget, out: Path) -> None:
    out.mkdir()
    (out / temp_name("m:lake", 1)).write_bytes(b"bo")
    (outcome,) = target.put([parcel("a.txt", b"body", "m:lake", epoch=2)])
    assert outcome.ok
    assert (out / "a.txt").read_bytes() == b"body"
