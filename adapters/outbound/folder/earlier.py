"""What an earlier owner left of a collected file, and where the next owner goes on."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from adapters.outbound.folder.naming import copy_name, epoch_of, temp_name
from adapters.outbound.folder.place import final_name, same_file, write_all
from router.ledger import FileOut

PIECE = 1_048_576
NOBODY = 0
"""The epoch in the name of a file that is new."""


@dataclass(frozen=True, slots=True)
class Start:
    """An open, locked temp, cut at `offset`. `known`: the ledger's row leads to it."""

    temp: str
    fd: int
    offset: int
    known: bool
    restarted: bool


def start_of(folder: Path, ident: str, epoch: int, resume: FileOut | None) -> Start:
    """The temp of this owner with what the ledger knows of the file in it.

    A new file has a name without an owner, so that the next one finds it where none of its commits came through.
    """
    if resume is not None:
        fd = _go_on(folder, ident, epoch, resume)
        if fd is not None:
            return Start(temp_name(ident, epoch), fd, resume.offset, True, False)
        (folder / resume.temp).unlink(missing_ok=True)
    for owner in (epoch, NOBODY):
        (folder / temp_name(ident, owner)).unlink(missing_ok=True)
    new = temp_name(ident, NOBODY)
    return Start(new, _opened(folder / new, 0), 0, False, resume is not None)


def take_back(sent: Path, folder: Path, name: str, exists: str) -> None:
    """Removes a final file that no commit knows, where it is still there."""
    final = folder / final_name(sent, folder, name, exists)
    if same_file(sent, final):
        final.unlink()
    sent.unlink()


def _go_on(folder: Path, ident: str, epoch: int, resume: FileOut) -> int | None:
    """This owner's temp with the first `offset` bytes of an earlier one; None where no file has as many."""
    mine = folder / temp_name(ident, epoch)
    temp = _temp_of(folder, ident, resume)
    if temp is None:
        return None
    fd = os.open(temp, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if _lock(fd):
            os.rename(temp, mine)
            return _cut(os.dup(fd), resume.offset)
        _copy(fd, folder / copy_name(ident, epoch), resume.offset)
        os.unlink(temp)
        os.rename(folder / copy_name(ident, epoch), mine)
        return _opened(mine, resume.offset)
    finally:
        os.close(fd)


def _temp_of(folder: Path, ident: str, resume: FileOut) -> Path | None:
    """The temp that the ledger names, or the one that an owner without a commit made of it."""
    named = folder / resume.temp
    if _long_enough(named, resume.offset):
        return named
    if os.path.lexists(named):
        return None
    others = sorted((e for n in os.listdir(folder) if (e := epoch_of(n, ident)) is not None), reverse=True)
    paths = (folder / temp_name(ident, e) for e in others)
    return next((p for p in paths if _long_enough(p, resume.offset)), None)


def _long_enough(path: Path, offset: int) -> bool:
    try:
        return os.lstat(path).st_size >= offset
    except FileNotFoundError:
        return False


def _opened(path: Path, offset: int) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    _lock(fd)
    return _cut(fd, offset)


def _cut(fd: int, offset: int) -> int:
    os.ftruncate(fd, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return fd


def _lock(fd: int) -> bool:
    """Whether nobody else has this file open to write; a file system without locks says that somebody may."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _copy(source: int, path: Path, length: int) -> None:
    """The first bytes of a file in another one, on the disk."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        at = 0
        while at < length:
            data = os.pread(source, min(PIECE, length - at), at)
            if not data:
                raise OSError(f"{path.name}: the file that is copied became shorter")
            write_all(fd, data)
            at += len(data)
        os.fdatasync(fd)
    finally:
        os.close(fd)
