"""Copying files: what is one message, what is a duplicate, what is not taken yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from adapters.inbound.folder.scan import Seen, seen
from adapters.inbound.folder.take import Taker
from router.errors import DecodeError
from router.ports import Cut
from tests.adapters.inbound.folder.house import Blob, DiskLedger, Door, route_of


class Lines:
    """A codec of lines under a header."""

    name = "csv"
    content_type = "text/csv"
    suffixes = (".csv",)

    def decode(self, raw: bytes, envelope: Any) -> Any: ...
    def encode(self, body: Any) -> Any: ...
    def records(self, stream: BinaryIO, cut: Cut, wanted: Any = None) -> Any: ...
    def record_from_cells(self, cells: Any) -> Any: ...

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 0) -> Iterator[Cut]:
        lines = stream.read().splitlines()
        if lines[0] == b"?":
            raise DecodeError("no header")
        if len(lines) > 1:
            yield Cut(0, 0, 0, 1, len(lines) - 1, 2)


def taker(folder: Path, codec: Any = None) -> tuple[Taker, DiskLedger]:
    ledger = DiskLedger(folder)
    return Taker(route_of(codec), folder, Door(ledger), ledger, 60.0), ledger


def drop(folder: Path, body: bytes, name: str = "a.csv") -> Seen:
    (folder / name).write_bytes(body)
    return seen(name, os.stat(folder / name))


@pytest.mark.parametrize(
    ("body", "codec", "counts"),
    [
        (b"", None, False),
        (b"one line", None, True),
        (b'{"order": 1}\n', None, True),
        (b"", Lines(), False),
        (b"a;b\n", Lines(), False),
        (b"a;b\n1;2\n", Lines(), True),
        (b"?\n", Lines(), True),
    ],
)
def test_what_holds_no_record_is_no_duplicate(tmp_path: Path, body: bytes, codec: Any, counts: bool) -> None:
    taken = taker(tmp_path, codec)[0].take(drop(tmp_path, body))
    assert taken is not None
    assert bool(taken.arrival.once) is counts


def test_a_file_that_is_another_one_than_was_seen_waits(tmp_path: Path) -> None:
    file = drop(tmp_path, b"1\n")
    drop(tmp_path, b"1\n2\n")
    assert taker(tmp_path)[0].take(file) is None


@pytest.mark.parametrize("size", [10, 70_000])
def test_a_file_that_changes_while_it_is_copied_waits(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = drop(tmp_path, b"x" * size)
    real = os.read

    def read(fd: int, n: int) -> bytes:
        data = real(fd, n)
        with (tmp_path / "a.csv").open("ab") as writer:
            writer.write(b"more" if os.fstat(fd).st_size < 2 * size else b"")
        return data

    made, ledger = taker(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", read)
        assert made.take(file) is None
    assert [b.state for b in ledger.blobs] == (["discarded"] if size > 65_536 else [])


def test_a_full_disk_leaves_no_half_a_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = drop(tmp_path, b"x" * 70_000)
    made, ledger = taker(tmp_path)

    def full(self: Blob, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blob, "write", full)
    with pytest.raises(OSError, match="No space left"):
        made.take(file)
    assert [b.state for b in ledger.blobs] == ["discarded"]


def test_a_link_that_took_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    file = drop(tmp_path, b"1\n")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        taker(tmp_path)[0].take(file)


def test_a_message_holds_what_the_file_held(tmp_path: Path) -> None:
    file = drop(tmp_path, b"h\n1\n")
    taken = taker(tmp_path)[0].take(file)
    assert taken is not None
    known = taken.arrival.file
    assert known is not None
    assert (known.path, known.inode, known.size, known.mtime_ns) == (
        str(tmp_path / "a.csv"), file.inode, 4, file.mtime_ns
    )  # fmt: skip
    assert taken.arrival.envelope.raw == b"h\n1\n"
    assert taken.arrival.version == 3
