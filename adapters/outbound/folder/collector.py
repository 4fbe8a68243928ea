"""One file out of many records: appended to by one owner of the lane after the other, named when the last record is in.

An owner holds a lock on its temp. Who finds the lock free goes on in that file under a name of its own; who finds it
held, because an earlier owner sleeps, goes on in a copy of the part that the ledger knows, and takes the old name away,
so that a late owner writes into a file that nobody uses and can name nothing.
"""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

from adapters.disk import rename_new, sync_folder
from adapters.outbound.folder.earlier import Start, start_of, take_back
from adapters.outbound.folder.naming import sent_name, whole_name
from adapters.outbound.folder.place import NameTaken, already_sent, final_name, name_whole, write_all
from router.ledger import FileOut


class Collector:
    """The output file of one message. All of it blocks; an OSError leaves what was synced as it is.

    `restarted`: what an earlier owner wrote is gone, everything is to be written again from the first record.
    `finished`: an earlier owner had given it its final name; what is written now is left out.
    """

    def __init__(self, folder: Path, name: str, exists: str, ident: str, file: FileOut, start: Start | None) -> None:
        self._folder = folder
        self._name = name
        self._exists = exists
        self._ident = ident
        self._file = file
        self._fd = start.fd if start is not None else -1
        self._offset = start.offset if start is not None else file.offset
        self._known = start is not None and start.known
        self._synced = self._known
        self.restarted = start is not None and start.restarted
        self.finished = start is None

    def head(self, size: int) -> bytes:
        """How the output begins, as an earlier owner wrote it; of one that is finished by its hidden name, since whoever it is
        for may have taken it away. Nothing where that is gone too."""
        if self._fd >= 0:
            return os.pread(self._fd, min(size, self._offset), 0)
        try:
            with open(self._folder / self._file.temp, "rb") as file:
                return file.read(size)
        except FileNotFoundError:
            return b""

    def write(self, data: bytes) -> None:
        if self.finished:
            return
        write_all(self._fd, data)
        self._offset += len(data)

    def sync(self) -> FileOut:
        """Everything written so far is on the disk: what the ledger may know."""
        if self.finished:
            return self._as("open")
        os.fdatasync(self._fd)
        if not self._synced:
            sync_folder(self._folder)
        self._synced = self._known = True
        return self._as("open")

    def close(self) -> FileOut:
        """Gives the file its final name, durably. Raises NameTaken where `exists: fail` finds another file."""
        if self.finished:
            return self._as("closed")
        os.fdatasync(self._fd)
        stat = os.fstat(self._fd)
        temp = self._folder / self._file.temp
        whole, sent = self._folder / whole_name(self._ident), self._folder / sent_name(self._ident)
        rename_new(temp, whole)
        try:
            if not os.path.samestat(stat, os.lstat(whole)):
                raise OSError(errno.ESTALE, "a later owner works on this file", str(temp))
            self._name = name_whole(whole, sent, self._name, self._exists)
        except OSError:
            _back(whole, temp)
            raise
        sync_folder(self._folder)
        self._file = replace(self._file, temp=sent.name, device=stat.st_dev, inode=stat.st_ino)
        self.finished = self._known = True
        return self._as("closed")

    def settled(self) -> None:
        """After the commit: the hidden names go. May be called again."""
        self.abandon()
        (self._folder / sent_name(self._ident)).unlink(missing_ok=True)

    def abandon(self) -> None:
        """Writes no more. A file that the ledger knows stays for the next owner, others go. May be called again."""
        if self._fd < 0:
            return
        temp = self._folder / self._file.temp
        if not self._known and os.path.lexists(temp) and os.path.samestat(os.fstat(self._fd), os.lstat(temp)):
            temp.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = -1

    def _as(self, state: str) -> FileOut:
        return replace(self._file, name=self._name, offset=self._offset, state=state)


def open_collector(
    path: Path,
    name: str,
    exists: str,
    key: str,
    epoch: int,
    resume: FileOut | None,
    seq: int = 0,
    target: str = "",
    part: int = 0,
) -> Collector:
    """Opens the file of delivery `key` for the lane's owner of this `epoch`, where the ledger's `resume` says.

    A file of requeued records (`part` > 0) that no commit knows may hold other records than now: it is taken back and
    made again. Raises OSError; NameTaken where `exists: fail` finds another file already.
    """
    ident = f"{key}#{part}" if part else key
    file = FileOut(seq, target, "", name, 0, "open", part=part)
    if resume is not None and resume.state != "open":
        return Collector(path, resume.name, exists, ident, resume, None)
    sent = already_sent(path, ident, epoch)
    if sent is not None and part:
        take_back(sent, path, name, exists)
        sent = None
    if sent is not None:
        stat = os.lstat(sent)
        done = replace(file, temp=sent.name, offset=stat.st_size, device=stat.st_dev, inode=stat.st_ino)
        return Collector(path, final_name(sent, path, name, exists), exists, ident, done, None)
    if resume is None and exists == "fail" and os.path.lexists(path / name):
        raise NameTaken(errno.EEXIST, "another file has this name", str(path / name))
    start = start_of(path, ident, epoch, resume)
    return Collector(path, name, exists, ident, replace(file, temp=start.temp), start)


def _back(whole: Path, temp: Path) -> None:
    """After a name that could not be had: the temp is what it was, unless it has a name all the same."""
    if os.path.lexists(whole) and os.lstat(whole).st_nlink < 2:
        os.rename(whole, temp)
