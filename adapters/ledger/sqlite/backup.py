"""A copy of the ledger while everything runs: the database as of one moment, and every blob that it refers to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw

from adapters.disk import make_folder, sync_folder
from adapters.ledger.sqlite.connection import Database, translated

NAME = "ledger.db"


def backup(db: Database, blobs: Path, folder: Path, step: Callable[[int], object]) -> int:
    """Into an empty `folder`, laid out as a `var` is: it can be used as one. How many blobs are there. Blobs come before
    the database, so that pruning meanwhile takes nothing away that the copy refers to, and once more after it, for those
    that came meanwhile. Raises LedgerError and OSError."""
    assert db.path is not None, "a ledger in memory has no backup"
    make_folder(folder / "blobs")
    _blobs(blobs, folder / "blobs", step)
    with translated(db.path):
        source, copy = apsw.Connection(str(db.path)), apsw.Connection(str(folder / NAME))
        try:
            with copy.backup("main", source, "main") as run:
                while not run.done:
                    run.step(-1)
        finally:
            copy.close()
            source.close()
    _blobs(blobs, folder / "blobs", step)
    for path in (folder / NAME, folder):
        sync_folder(path) if path.is_dir() else _sync(path)
    return sum(1 for path in (folder / "blobs").glob("*/*"))


def _blobs(blobs: Path, into: Path, step: Callable[[int], object]) -> None:
    """A blob is never written again once it is stored: on the same file system a second name for it is a copy."""
    for path in blobs.glob("*/*"):
        there = into / path.relative_to(blobs)
        if there.exists():
            continue
        make_folder(there.parent)
        try:
            os.link(path, there)
        except FileNotFoundError:
            continue  # pruned, or never stored
        except OSError:
            shutil.copyfile(path, there)
            _sync(there)
        step(1)
    for day in into.iterdir():
        sync_folder(day)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
