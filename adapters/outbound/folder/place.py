"""Giving a whole file its final name, once a delivery, by hard links that tell after a crash what had happened.

`….part` of a delivery is whole and has no final name yet; `….sent` has one. Both are the same inode as the final file,
so a delivery that was sent before a crash is recognised however its file is named, and even after it was picked up.
"""

from __future__ import annotations

import errno
import os
from itertools import islice
from pathlib import Path

from adapters.disk import rename_new
from adapters.outbound.folder.naming import numbered, sent_name, temp_name, whole_name

LOOKED_AT = 1000
"""So many numbered names are compared by hand; beyond that the folder is listed."""


class NameTaken(FileExistsError):
    """Another file has this name, and `exists: fail` says that it stays."""


def link_new(whole: Path, folder: Path, name: str, exists: str) -> str:
    """Gives a whole file its final name; the name it got. Raises NameTaken, OSError.

    A name that is this very file already is a success: another owner of the delivery was here.
    """
    for candidate in numbered(name, _first_free(folder, name) if exists == "suffix" else 0):
        try:
            _take_name(whole, folder / candidate)
        except FileExistsError:
            if same_file(whole, folder / candidate):
                return candidate
            if exists != "suffix":
                raise NameTaken(errno.EEXIST, "another file has this name", str(folder / candidate)) from None
        else:
            return candidate
    raise AssertionError("numbers end")


def _take_name(whole: Path, final: Path) -> None:
    """By link; where the file system has none, by a rename, after which a crash may send the delivery again."""
    try:
        os.link(whole, final)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        rename_new(whole, final)


def _first_free(folder: Path, name: str) -> int:
    """A number whose name is free while the one before is taken, found without asking for all of them."""

    def taken(n: int) -> bool:
        return os.path.lexists(folder / next(numbered(name, n)))

    if not taken(0):
        return 0
    low, high = 0, 1
    while taken(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return high


def same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except FileNotFoundError:
        return False


def final_name(inode: Path, folder: Path, name: str, exists: str) -> str:
    """The final name that a sent file got; `name` where it was picked up since."""
    candidates = islice(numbered(name), LOOKED_AT if exists == "suffix" else 1)
    found = next((c for c in candidates if same_file(inode, folder / c)), None)
    if found is not None or os.lstat(inode).st_nlink < 2 or exists != "suffix":
        return found or name
    number = os.lstat(inode).st_ino
    with os.scandir(folder) as entries:
        visible = (e for e in entries if not e.name.startswith("."))
        return next((e.name for e in visible if e.inode() == number), name)


def already_sent(folder: Path, delivery_id: str, epoch: int) -> Path | None:
    """The hidden name of a delivery that an earlier attempt sent, or None: then nothing of that attempt can get a final
    name any more. A whole file that it left is this owner's temp from now on."""
    sent, whole = folder / sent_name(delivery_id), folder / whole_name(delivery_id)
    if os.path.lexists(sent):
        return sent
    mine = folder / temp_name(delivery_id, epoch)
    try:
        os.rename(whole, mine)
    except FileNotFoundError:
        return None
    if os.lstat(mine).st_nlink < 2:
        return None
    os.rename(mine, sent)
    return sent


def write_whole(folder: Path, delivery_id: str, epoch: int, body: bytes) -> Path:
    """The body in a hidden file, on the disk. Raises OSError, and leaves nothing then."""
    temp, whole = folder / temp_name(delivery_id, epoch), folder / whole_name(delivery_id)
    try:
        write_synced(temp, body)
        rename_new(temp, whole)
    except OSError:
        temp.unlink(missing_ok=True)
        raise
    return whole


def name_whole(whole: Path, sent: Path, name: str, exists: str) -> str:
    """Gives a whole file its final name in its folder, and remembers under `sent` that it has one; the name it got."""
    if exists == "replace":
        os.replace(whole, whole.parent / name)
        return name
    got = link_new(whole, whole.parent, name, exists)
    try:
        os.rename(whole, sent)
    except FileNotFoundError:
        return got
    return got


def write_synced(path: Path, body: bytes) -> None:
    """The bytes of a file, on the disk; over what an earlier try left."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        write_all(fd, body)
        os.fdatasync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
