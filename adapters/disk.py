"""What the folder adapters ask of the file system: renames that never overwrite, durable folders, names for people."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path

OWN = ".crossdock-"
"""How every name begins that Crossdock uses for itself in a folder; such files are never taken as messages."""

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_RENAMEAT2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def shown(name: str) -> str:
    """A name as text: bytes that are not UTF-8 as `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def explain(error: OSError) -> str:
    """`No space left on device (ENOSPC): outbox/a.csv`."""
    code = errno.errorcode.get(error.errno or 0, "OSError")
    text = f"{error.strerror or error} ({code})"
    return f"{text}: {shown(os.fsdecode(error.filename))}" if error.filename is not None else text


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Makes a folder with its parents, durably, where it is missing."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def rename_new(old: Path, new: Path) -> None:
    """Renames in one step, never over another file: FileExistsError then.

    To another file system it copies, syncs and removes.
    """
    code = _exclusive(old, new)
    if code in _UNSUPPORTED:
        code = _reserved(old, new)
    if code == errno.EXDEV:
        _carry(old, new)
    elif code:
        raise OSError(code, os.strerror(code), str(old), None, str(new))


def _exclusive(old: Path, new: Path) -> int:
    if _RENAMEAT2 is None:
        return errno.ENOSYS
    failed = _RENAMEAT2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), _RENAME_NOREPLACE)
    return ctypes.get_errno() if failed else 0


def _reserved(old: Path, new: Path) -> int:
    """For file systems without exclusive renames: an empty file holds the name, then is renamed over."""
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.rename(old, new)
    except OSError as error:
        os.unlink(new)
        return error.errno or errno.EIO
    return 0


def _carry(old: Path, new: Path) -> None:
    part = new.with_name(f"{OWN}carry-{os.getpid()}-{os.stat(old, follow_symlinks=False).st_ino}.part")
    try:
        shutil.copy2(old, part, follow_symlinks=False)
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        os.link(part, new)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(new.parent)
    os.unlink(old)
