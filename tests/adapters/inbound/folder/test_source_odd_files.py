"""What lies in a folder and is no file that can be taken: each gets one answer, delays nobody, and blocks nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.disk import shown
from tests.adapters.inbound.folder.conftest import MakeHouse
from tests.adapters.inbound.folder.house import House, marker, route_of

NOBODY = 65_534


def a_fifo(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def a_device(path: Path, outside: Path) -> None:
    try:
        os.mknod(path, 0o20600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


def a_link_out_of_the_folder(path: Path, outside: Path) -> None:
    (outside / "secret.csv").write_bytes(b"h\nsecret\n")
    path.symlink_to(outside / "secret.csv")


def a_link_to_a_folder(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def a_link_to_nothing(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "nothing")


ODD = [a_fifo, a_socket, a_device, a_link_out_of_the_folder, a_link_to_a_folder, a_link_to_nothing]
Maker = Callable[[Path, Path], None]


@contextmanager
def promptly(seconds: int = 5) -> Iterator[None]:
    """A look that waits for something is ended by the alarm, and fails."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("the look waited"))
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("make", ODD)
def test_what_is_no_regular_file_stays_and_is_told_once(make: Maker, house: House, tmp_path: Path) -> None:
    make(house.inbox / "odd.csv", tmp_path)
    before = os.lstat(house.inbox / "odd.csv")
    house.drop("a.csv", b"h\n1\n")
    with promptly(), capture_logs() as logs:
        for _ in range(3):
            house.look(1.0)
    assert house.ledger.bodies() == [b"h\n1\n"]
    told = [(line["action"], line["file"]) for line in logs if line["log_level"] == "warning"]
    assert told == [("folder_not_a_file", "odd.csv")]
    assert os.lstat(house.inbox / "odd.csv").st_ino == before.st_ino


@pytest.mark.parametrize("make", ODD)
def test_what_takes_the_place_of_a_file_between_look_and_copy_is_not_read(
    make: Maker, make_house: MakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house()
    path = house.drop("a.csv", b"h\n1\n")
    take = house.source._taker.take

    def later(file: Any) -> Any:
        if not path.is_symlink() and path.is_file():
            path.unlink()
            make(path, tmp_path)
        return take(file)

    monkeypatch.setattr(house.source._taker, "take", later)
    with promptly():
        house.look()
        house.look(2.0)
    assert house.ledger.stored() == []
    assert os.path.lexists(path)


@pytest.mark.parametrize("make", ODD)
def test_what_takes_the_place_of_a_file_between_commit_and_move_stays(
    make: Maker, make_house: MakeHouse, tmp_path: Path
) -> None:
    house = make_house()
    path = house.drop("a.csv", b"h\n1\n")

    def replace(step: str) -> None:
        if step == "stored" and path.is_file() and not path.is_symlink():
            path.unlink()
            make(path, tmp_path)

    house.checkpoint = replace
    with promptly():
        house.look()
        house.look(61.0)
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert os.path.lexists(path)
    assert not path.is_file() or path.is_symlink()


def test_a_folder_named_like_a_file_is_left_alone(house: House) -> None:
    (house.inbox / "SALES_1.csv").mkdir()
    (house.inbox / "SALES_1.csv" / "b.csv").write_bytes(b"h\n9\n")
    with capture_logs() as logs:
        house.look()
        house.look(1.0)
    assert house.ledger.stored() == []
    assert house.tree() == {"SALES_1.csv/b.csv": b"h\n9\n"}
    assert [line["action"] for line in logs] == ["folder_not_a_file"]


def test_the_own_folders_are_no_odd_files_where_all_names_fit(make_house: MakeHouse) -> None:
    house = make_house(files="*")
    house.drop("a", b"1")
    house.look()
    with capture_logs() as logs:
        house.look(1.0)
    assert logs == []


@pytest.mark.parametrize("seconds", [4e9, -1e9, 0, 2**34], ids=["2096", "1938", "1970", "2514"])
def test_the_clock_of_the_sender_does_not_matter(make_house: MakeHouse, seconds: float) -> None:
    house = make_house(ready={"unchanged_for": 2.0})
    os.utime(house.drop("a.csv"), (seconds, seconds))
    house.look()
    assert house.ledger.stored() == []
    house.look(2.0)
    assert len(house.ledger.stored()) == 1


def test_a_marker_and_a_file_wait_for_each_other(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker})
    house.drop("a.csv.ok", b"")
    house.drop("b.csv", b"h\n2\n")
    house.look()
    assert house.ledger.stored() == []
    assert sorted(house.tree()) == ["a.csv.ok", "b.csv"]
    house.drop("a.csv", b"h\n1\n")
    house.look(1.0)
    assert sorted(house.tree()) == ["archive/a.csv", "archive/a.csv.ok", "b.csv"]


def test_what_is_written_after_a_marker_and_the_move_ends_in_the_archive_alone(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker})
    with house.drop("a.csv", b"h\n1\n").open("ab", buffering=0) as writer:
        house.drop("a.csv.ok", b"")
        house.look()
        writer.write(b"2\n")
    house.look(1.0)
    assert house.ledger.bodies() == [b"h\n1\n"]
    assert house.tree() == {"archive/a.csv": b"h\n1\n2\n", "archive/a.csv.ok": b""}


def test_a_name_that_can_have_no_marker_is_told_once(make_house: MakeHouse) -> None:
    house = make_house(ready={"marker": marker})
    house.drop("x" * 251 + ".csv")
    house.drop("a.csv")
    with capture_logs() as logs:
        house.look()
        house.look(1.0)
    assert [line["action"] for line in logs] == ["folder_marker_unusable"]
    assert house.ledger.stored() == []


def test_the_longest_name_goes_all_the_way_twice(house: House) -> None:
    name = "ü" * 125 + "x.csv"
    assert len(name.encode()) == 255
    for n in range(2):
        house.drop(name, b"h\n%d\n" % n)
        house.look()
    assert house.ledger.bodies() == [b"h\n0\n", b"h\n1\n"]
    assert all(len(path.name.encode()) == 255 for path in (house.inbox / "archive").iterdir())


def test_two_files_that_a_text_cannot_tell_apart_are_two_messages(house: House) -> None:
    for name, body in ((b"a\xff.csv", b"h\n1\n"), (b"a\\xff.csv", b"h\n2\n")):
        with open(os.path.join(os.fsencode(house.inbox), name), "wb") as file:
            file.write(body)
    house.look()
    assert sorted(house.ledger.bodies()) == [b"h\n1\n", b"h\n2\n"]
    assert set(os.listdir(os.fsencode(house.inbox / "archive"))) == {b"a\xff.csv", b"a\\xff.csv"}


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second file system")
def test_an_archive_on_another_file_system(house: House) -> None:
    elsewhere = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        if elsewhere.stat().st_dev == house.inbox.stat().st_dev:
            pytest.skip("needs a second file system")
        (house.inbox / "archive").symlink_to(elsewhere)
        house.drop("a.csv", b"h\n1\n")
        house.look()
        house.drop("a.csv", b"h\n2\n")
        house.look()
        assert sorted(path.read_bytes() for path in elsewhere.iterdir()) == [b"h\n1\n", b"h\n2\n"]
        assert [path.name for path in house.inbox.iterdir()] == ["archive"]
        assert house.ledger.bodies() == [b"h\n1\n", b"h\n2\n"]
    finally:
        shutil.rmtree(elsewhere)


def as_nobody(work: Callable[[Path], Any]) -> Any:
    """What `work` says of an empty folder of its own, in a process without root's rights."""
    root = Path(tempfile.mkdtemp(dir="/tmp"))
    if os.getuid() == 0:
        os.chown(root, NOBODY, NOBODY)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.write(theirs, json.dumps(work(root)).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(pid, 0)
    with os.fdopen(ours, "rb") as said:
        answer = said.read()
    shutil.rmtree(root)
    assert answer, "the process without rights failed"
    return json.loads(answer)


def looked(house: House, times: int) -> list[tuple[str, str]]:
    with capture_logs() as logs:
        for _ in range(times):
            house.look(61.0)
    return [(line["action"], shown(line["event"])) for line in logs if line["log_level"] == "warning"]


def test_a_file_without_permission_stays_is_told_once_and_is_taken_when_it_may_be() -> None:
    def work(root: Path) -> Any:
        house = House(root, route_of())
        house.drop("b.csv", b"h\n2\n")
        house.drop("a.csv", b"h\n1\n").chmod(0)
        told = looked(house, 5)
        before = len(house.ledger.stored())
        (house.inbox / "a.csv").chmod(0o600)
        house.look(61.0)
        return told, before, len(house.ledger.stored()), sorted(house.tree())

    told, before, after, tree = as_nobody(work)
    assert [action for action, _ in told] == ["folder_file_unreadable"]
    assert "Permission denied (EACCES)" in told[0][1]
    assert (before, after, tree) == (1, 2, ["archive/a.csv", "archive/b.csv"])


@pytest.mark.parametrize("which", ["archive", "."])
def test_a_folder_that_may_not_be_written_keeps_the_file_which_is_taken_once(which: str) -> None:
    def work(root: Path) -> Any:
        house = House(root, route_of(duplicates="take"))
        (house.inbox / "archive").mkdir()
        house.drop("a.csv", b"h\n1\n")
        (house.inbox / which).chmod(0o555)
        told = looked(house, 5)
        before, lies = len(house.ledger.stored()), (house.inbox / "a.csv").exists()
        (house.inbox / which).chmod(0o755)
        house.look(61.0)
        return told, before, lies, len(house.ledger.stored()), sorted(house.tree())

    told, before, lies, after, tree = as_nobody(work)
    assert [action for action, _ in told] == ["folder_move_failed"]
    assert "Permission denied (EACCES)" in told[0][1]
    assert (before, lies, after, tree) == (1, True, 1, ["archive/a.csv"])
