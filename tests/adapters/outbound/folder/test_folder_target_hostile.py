"""A folder that does not want: no space, no permission, not there, or something else in its place. Each is an outcome with
the system's own word for it, leaves nothing half, and passes when the place is put right."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.folder.target import FolderTarget
from router.ports import Outcome
from tests.adapters.outbound.folder.test_collector import begun, opened
from tests.adapters.outbound.folder.test_folder_target import parcel, tree

NOBODY = 65_534
BIG = b"x" * 200_000


def apart(work: Callable[[], object]) -> Any:
    """What `work` returns, as JSON, done in a process of its own: limits and users are given up for good."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    assert said, "the process died before it could say what happened"
    return json.loads(said)


@contextmanager
def tight(folder: Path) -> Iterator[Callable[[], None]]:
    """A folder on a disk of 128 KiB where this user may mount one; else files of at most that size. What is yielded makes
    the limit hold for the calling process."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(folder)], capture_output=True)
    try:
        if mounted.returncode == 0:
            yield lambda: None
        else:
            yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (131_072, 131_072))
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(folder)], check=True)


def said(outcomes: list[Outcome]) -> list[list[str | None]]:
    return [[o.error, o.reason] for o in outcomes]


def test_a_disk_without_space_is_an_outcome_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with tight(out) as limit:

        def work() -> object:
            limit()
            target = FolderTarget(out)
            files = [parcel("a.txt", b"small"), parcel("b.txt", BIG), parcel("c.txt", b"small")]
            # One after the other: those of one call are written at the same time, when the disk may be full for all.
            outcomes = [outcome for file in files for outcome in target.put([file])]
            asyncio.run(target.settled(outcomes))
            return said(outcomes)

        first, full, last = apart(work)
        assert (first, last) == ([None, ""], [None, ""])
        assert full[0] == "io"
        assert "ENOSPC" in full[1] or "EFBIG" in full[1]
        assert tree(out) == {"a.txt": b"small", "c.txt": b"small"}
        (retried,) = FolderTarget(out).put([parcel("b.txt", BIG[:50_000], epoch=2)])
        assert retried.ok


def test_a_collected_file_waits_for_space(tmp_path: Path) -> None:
    """What was committed before the disk was full is there, and the next owner goes on behind it."""
    out = tmp_path / "out"
    with tight(out) as limit:
        collector, file = begun(out)
        collector.abandon()

        def work() -> object:
            limit()
            going_on = opened(out, 2, file)
            try:
                for _ in range(4):
                    going_on.write(b"y" * 60_000)
                going_on.sync()
            except OSError as error:
                going_on.abandon()
                return [error.errno in (27, 28), [p.name for p in out.iterdir() if not p.name.startswith(".")]]
            return ["it had space", []]

        assert apart(work) == [True, []]
        last = opened(out, 3, file)
        assert not last.finished
        last.write(b"1\n2\n3\n" if last.restarted else b"3\n")
        last.close()
        last.settled()
        assert tree(out) == {"a.ndjson": b"1\n2\n3\n"}


def test_a_folder_that_may_not_be_written_is_an_outcome(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    tmp_path.chmod(0o711)

    def work() -> object:
        os.chdir(tmp_path)
        if os.getuid() == 0:  # who may write everywhere
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return said(FolderTarget(Path("out")).put([parcel("a.txt"), parcel("b.txt")]))

    for error, reason in apart(work):
        assert error == "io"
        assert reason.startswith("Permission denied (EACCES): out/")
    assert tree(out) == {}
    out.chmod(0o755)
    assert [o.ok for o in FolderTarget(out).put([parcel("a.txt", epoch=2), parcel("b.txt", epoch=2)])] == [True, True]


def file_there(place: Path) -> None:
    place.write_bytes(b"a file")


def link_to_itself(place: Path) -> None:
    place.symlink_to(place)


def link_to_nowhere(place: Path) -> None:
    place.symlink_to(place.parent / "gone" / "nowhere")


def fifo(place: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize("put", [file_there, link_to_itself, link_to_nowhere, fifo])
def test_what_stands_in_the_place_of_the_folder_is_an_outcome(tmp_path: Path, put: Callable[[Path], None]) -> None:
    out = tmp_path / "out"
    put(out)
    target = FolderTarget(out)
    outcomes = target.put([parcel("a.txt"), parcel("b.txt")])
    assert [o.error for o in outcomes] == ["io", "io"]
    assert all(o.reason and str(out) in o.sent_to for o in outcomes)
    assert os.path.lexists(out)
    out.unlink()
    assert [o.ok for o in target.put([parcel("a.txt", epoch=2), parcel("b.txt", epoch=2)])] == [True, True]


def test_a_folder_that_vanishes_is_made_again(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path / "deep" / "out")
    assert target.put([parcel("a.txt")])[0].ok
    for left in (tmp_path / "deep" / "out").iterdir():
        left.unlink()
    (tmp_path / "deep" / "out").rmdir()
    assert target.put([parcel("b.txt")])[0].ok


def test_a_folder_that_vanishes_in_the_middle_is_an_outcome(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def vanish(step: str) -> None:
        if step == "written":
            out.rename(tmp_path / "elsewhere")

    outcomes = FolderTarget(out, vanish).put([parcel("a.txt"), parcel("b.txt")])
    assert [o.error for o in outcomes] == ["io", "io"]
    assert not [p for p in (tmp_path / "elsewhere").iterdir() if not p.name.startswith(".")]


@pytest.mark.parametrize("exists", ["fail", "suffix", "replace"])
def test_a_folder_under_the_final_name_is_not_replaced(tmp_path: Path, exists: str) -> None:
    out = tmp_path / "out"
    (out / "a.txt").mkdir(parents=True)
    (out / "a.txt" / "theirs").write_bytes(b"theirs")
    (outcome,) = FolderTarget(out).put([parcel("a.txt", b"ours", exists=exists)])
    assert outcome.error == {"fail": "exists", "suffix": None, "replace": "io"}[exists]
    assert (out / "a.txt" / "theirs").read_bytes() == b"theirs"
    assert (out / "a-1.txt").exists() == (exists == "suffix")
