"""The folder source on a real ledger and real disks: names, numbers and full disks that no fake knows."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.disk import explain, shown
from adapters.inbound.folder import FolderSource
from adapters.inbound.folder.take import SMALL, signed
from adapters.ledger.sqlite.ledger import SqliteLedger
from router.receive import Receiver
from tests.adapters.inbound.folder.house import WEEK, Clock, route_of

NAMES = [
    b"mit Leer.csv", "Größe.csv".encode(), "Gro\u0308ße.csv".encode(), b"new\nline.csv", b"q\"uo'te.csv", b"bad\xff\xfe.csv",
    b"esc\x1b[31m.csv", b"back\\slash.csv", b"{{ 7 }}.csv", b"x" * 251 + b".csv", "\u202e.csv".encode(), b"\xed\xa0\x80.csv",
]  # fmt: skip


class NoBell:
    def ring(self) -> None:
        return


class Shop:
    """A source of the folder `in` on the ledger in `var`, both below one folder."""

    def __init__(self, root: Path, var: Path, **options: Any) -> None:
        self.inbox = root / "in"
        self.inbox.mkdir(exist_ok=True)
        self.ledger = SqliteLedger(var / "ledger.db", var / "blobs")
        self.clock = Clock()
        receiver = Receiver(self.ledger, NoBell())
        self.source = FolderSource(route_of(**options), self.inbox, receiver, self.ledger, WEEK, self.clock)

    def drop(self, name: bytes, body: bytes) -> bytes:
        path = os.path.join(os.fsencode(self.inbox), name)
        with open(path, "wb") as file:
            file.write(body)
        return path

    def look(self, times: int = 1) -> list[Any]:
        """What was logged, of warnings and above, over some minutes."""
        with capture_logs() as logs:
            for _ in range(times):
                self.clock.now += 61.0
                self.source.round()
        return [line for line in logs if line["log_level"] != "info"]

    def accepted(self) -> int:
        return int(self.ledger.db.read("SELECT count(*) FROM message")[0][0])

    def blobs(self) -> list[Path]:
        return [path for path in self.ledger.blobs.root.rglob("*") if path.is_file()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, tmp_path / "var")
    yield made
    made.ledger.close()


def archived(shop: Shop) -> set[bytes]:
    return set(os.listdir(os.fsencode(shop.inbox / "archive")))


def test_every_name_is_stored_moved_and_found_again(shop: Shop) -> None:
    for n, name in enumerate(NAMES):
        shop.drop(name, b"h\n%d\n" % n)
    assert shop.look() == []
    assert archived(shop) == set(NAMES)
    rows = shop.ledger.db.read("SELECT m.file, f.moved_to, f.state FROM file_in f JOIN message m USING (seq)")
    lies = {shown(os.fsdecode(name)): shown(os.fsdecode(os.fsencode(shop.inbox / "archive") + b"/" + name)) for name in NAMES}
    assert {name: to for name, to, _ in rows} == lies
    assert {state for _, _, state in rows} == {"moved"}


@pytest.mark.parametrize("seconds", [2**34, -1e9], ids=["2514", "1938"])
def test_a_time_that_no_ledger_could_hold(shop: Shop, seconds: float) -> None:
    path = shop.drop(b"a.csv", b"h\n1\n")
    os.utime(path, (seconds, seconds))
    assert seconds < 0 or os.stat(path).st_mtime_ns >= 2**63, "the file system of this test knows no such time"
    shop.drop(b"b.csv", b"h\n2\n")
    assert shop.look(2) == []
    assert archived(shop) == {b"a.csv", b"b.csv"}
    assert shop.accepted() == 2


def test_numbers_of_64_bits_stay_apart() -> None:
    numbers = [0, 1, -1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]
    kept = [signed(number) for number in numbers]
    assert all(-(2**63) <= number < 2**63 for number in kept)
    assert kept[:4] == numbers[:4]
    assert len(set(kept)) == len({number % 2**64 for number in numbers})


def test_an_empty_file_is_taken_each_time_it_comes(shop: Shop) -> None:
    for _ in range(2):
        shop.drop(b"empty.csv", b"")
        assert shop.look() == []
    assert shop.accepted() == 2
    assert len(archived(shop)) == 2


def test_a_body_that_the_disk_does_not_take_is_not_accepted_and_the_others_are(shop: Shop) -> None:
    """A limit on the size of files stands for a full disk: the kernel refuses the write all the same."""
    large = shop.drop(b"a.csv", b"x" * (SMALL * 64))
    shop.drop(b"b.csv", b"h\n2\n")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL * 32, before[1]))
    try:
        told = shop.look(5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [line["action"] for line in told] == ["folder_body_not_kept"]
    assert told[0]["event"].startswith("the ledger's disk does not take its body: File too large (EFBIG)")
    assert os.path.exists(large)
    assert (shop.accepted(), shop.blobs()) == (1, [])
    assert shop.look() == []
    assert (shop.accepted(), len(shop.blobs())) == (2, 1)
    assert archived(shop) == {b"a.csv", b"b.csv"}


async def test_thousands_of_files_starve_no_other_source(shop: Shop, tmp_path: Path) -> None:
    for n in range(3000):
        shop.drop(b"%05d.csv" % n, b"h\n%d\n" % n)
    (tmp_path / "other").mkdir()
    other = Shop(tmp_path / "other", tmp_path / "var")
    other.drop(b"a.csv", b"h\nonly\n")
    stop = asyncio.Event()
    running = [asyncio.create_task(source.run(stop)) for source in (shop.source, other.source)]
    await gone(other.inbox / "a.csv")
    assert (shop.inbox / "02999.csv").exists()
    await gone(shop.inbox / "02999.csv")
    stop.set()
    await asyncio.gather(*running)
    other.ledger.close()
    assert shop.accepted() == 3001


async def gone(path: Path) -> None:
    async with asyncio.timeout(60):
        while path.exists():
            await asyncio.sleep(0.01)


def test_a_look_at_thousands_of_files_is_bounded(tmp_path: Path) -> None:
    shop = Shop(tmp_path, tmp_path / "var", ready={"unchanged_for": 1e9})
    for n in range(10_000):
        shop.drop(b"%05d.csv" % n, b"")
    shop.look()
    tracemalloc.start()
    begun = time.process_time()
    shop.look()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    shop.ledger.close()
    assert peak < 10_000 * 1500
    assert time.process_time() - begun < 3


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of sixteen megabytes."""
    disk = tmp_path / "tiny"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk here: {made.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(path: Path) -> None:
    """Until its disk is full."""
    with path.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


def test_a_full_disk_accepts_nothing_says_so_once_and_goes_on_by_itself(tmp_path: Path, tiny: Path) -> None:
    shop = Shop(tmp_path, tiny, duplicates="take")
    fill(tiny / "filler")
    for n in range(300):
        shop.drop(b"%03d.csv" % n, b"h\n" + b"y" * 1000)
    shop.drop(b"large.csv", b"z" * SMALL * 2)
    told = shop.look(6)
    assert {line["action"] for line in told} <= {"folder_waits_for_ledger", "folder_body_not_kept"}
    assert len(told) <= 2, told
    assert all("no space left" in line["event"].lower() for line in told)
    assert shop.accepted() + len(list(shop.inbox.glob("*.csv"))) == 301
    assert shop.blobs() == []
    (tiny / "filler").unlink()
    shop.look(2)
    assert (shop.accepted(), list(shop.inbox.glob("*.csv"))) == (301, [])
    shop.ledger.close()


def test_an_error_of_the_disk_says_what_and_where() -> None:
    assert explain(OSError(errno.ENOSPC, "No space left on device", "out/a\n.csv")) == (
        "No space left on device (ENOSPC): out/a\n.csv"
    )
