"""The file system's promises, with and without exclusive renames."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from adapters import disk


def no_exclusive_rename(*args: object) -> int:
    return errno.EINVAL


def another_file_system(*args: object) -> int:
    return errno.EXDEV


@pytest.fixture(params=[None, no_exclusive_rename, another_file_system])
def any_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param is not None:
        monkeypatch.setattr(disk, "_exclusive", request.param)


@pytest.mark.usefixtures("any_disk")
def test_a_rename_moves(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    disk.rename_new(tmp_path / "a", tmp_path / "b")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"b": b"1"}


@pytest.mark.usefixtures("any_disk")
def test_a_rename_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        disk.rename_new(tmp_path / "a", tmp_path / "b")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"1", "b": b"2"}


@pytest.mark.usefixtures("any_disk")
def test_a_rename_of_nothing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.rename_new(tmp_path / "a", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    disk.make_folder(tmp_path / "a" / "b")
    disk.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_name_that_is_no_text_is_shown() -> None:
    assert disk.shown(os.fsdecode(b"a\xff\n\xc3\xbc")) == "a\\xff\nü"


def test_an_error_says_what_and_where() -> None:
    assert disk.explain(OSError(28, "No space left on device", "out/a")) == "No space left on device (ENOSPC): out/a"
