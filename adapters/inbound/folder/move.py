"""Moving files that are stored: out of the sender's sight, then to `done` or `failed`, never over another file.

A file is first renamed into a hidden folder, where it is compared with what was copied, and from there to where it
stays: a rename takes whatever lies under the name at that instant, so nothing that a sender puts there is removed
unseen. After a crash the hidden folder's files are put back and looked at again.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import BinaryIO

from adapters.disk import OWN, make_folder, rename_new, shown, sync_folder
from adapters.inbound.folder.words import Words

HIDDEN = f"{OWN}taken"
TRIES = 5


class Mover:
    """Moves the files of one connection's folder."""

    def __init__(self, folder: Path, failed: str, words: Words) -> None:
        self._folder = folder
        self._hidden = folder / HIDDEN
        self._failed = PurePosixPath(failed)
        self._words = words
        self._touched: set[Path] = set()

    def fetch(self, name: str) -> Path | None:
        """Takes a file out of the sender's sight; None where the sender took it back."""
        hidden = self._hidden / name
        for _ in range(TRIES):
            make_folder(self._hidden)
            try:
                rename_new(self._folder / name, hidden)
            except FileNotFoundError:
                if not os.path.lexists(self._folder / name):
                    return None
                continue  # another route of this folder has just tidied the hidden one away
            self._touched.add(self._folder)
            return hidden
        raise FileNotFoundError(errno.ENOENT, "the hidden folder goes away again and again", os.fspath(self._hidden))

    def give_back(self, name: str) -> None:
        """A fetched file lies in the folder again, under its name."""
        rename_new(self._hidden / name, self._folder / name)

    def place(self, path: Path, message_id: str, failed: bool) -> str:
        """Puts a fetched file where it stays, its marker first; '' where it is deleted."""
        size = os.stat(path, follow_symlinks=False).st_size
        marker = self._words.marker(path.name, size)
        if self._words.deletes and not failed:
            if marker is not None:
                (self._folder / marker).unlink(missing_ok=True)
            path.unlink()
            return ""
        where = self._failed if failed else self._words.done(path.name, size, message_id)
        beside = self._folder / marker if marker is not None else None
        return self._put(path, beside, size, self._folder / where, message_id)

    def relocate(self, moved_to: str, message_id: str) -> str:
        """Moves a file of a failed message from `done` to `failed`; '' where it is gone."""
        path = _on_disk(Path(moved_to))
        if path is None:
            return ""
        size = os.stat(path, follow_symlinks=False).st_size
        marker = self._words.marker(path.name, size)
        beside = path.with_name(marker) if marker is not None else None
        return self._put(path, beside, size, self._folder / self._failed, message_id)

    def restore(self, name: str, body: BinaryIO, message_id: str) -> str:
        """Writes a file of a failed message that was deleted when it was done into `failed`."""
        folder = self._folder / self._failed
        make_folder(folder)
        part = folder / f"{OWN}{message_id}"
        with part.open("wb") as out:
            copyfileobj(body, out)
            out.flush()
            os.fsync(out.fileno())
        self._touched.add(folder)
        for free in _free_names(name, message_id):
            if not os.path.lexists(folder / free):
                rename_new(part, folder / free)
                return shown(os.fspath(folder / free))
        raise FileExistsError(f"no free name for {shown(name)} in {shown(os.fspath(folder))}")

    def put_back(self) -> tuple[list[str], list[tuple[str, OSError]]]:
        """After a crash, or a move that failed half-way: what was fetched lies in the folder again. Gives the names
        that do, and those that could not be put back."""
        back: list[str] = []
        stuck: list[tuple[str, OSError]] = []
        if not self._hidden.is_dir():
            return back, stuck
        for name in _names(self._hidden):
            try:
                self.give_back(name)
                back.append(name)
            except OSError as error:
                stuck.append((name, error))
        self.sync()
        return back, stuck

    def sync(self) -> None:
        """Makes all moves so far durable, and the hidden folder go when it is empty."""
        touched, self._touched = self._touched, set()
        for folder in sorted(touched):
            sync_folder(folder)
        try:
            self._hidden.rmdir()
        except OSError:
            return

    def _put(self, path: Path, marker: Path | None, size: int, folder: Path, message_id: str) -> str:
        make_folder(folder)
        self._touched |= {folder, path.parent}
        for name in _free_names(path.name, message_id):
            if os.path.lexists(folder / name):
                continue
            beside = self._words.marker(name, size) if marker is not None else None
            if marker is not None and beside is not None and os.path.lexists(marker):
                if os.path.lexists(folder / beside):
                    continue
                rename_new(marker, folder / beside)
            rename_new(path, folder / name)
            return shown(os.fspath(folder / name))
        raise FileExistsError(f"no free name for {shown(path.name)} in {shown(os.fspath(folder))}")


def _free_names(name: str, message_id: str) -> Iterator[str]:
    """The name, and where it is taken, the name with as much of the message's id as makes it another one."""
    yield name
    for tag in (message_id[:8], message_id, *(f"{message_id}-{n}" for n in range(2, 100))):
        yield _tagged(name, tag)


def _tagged(name: str, tag: str) -> str:
    pure = PurePosixPath(name)
    room = 255 - len(os.fsencode(f"-{tag}{pure.suffix}"))
    return f"{os.fsdecode(os.fsencode(pure.stem)[:room])}-{tag}{pure.suffix}"


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def _on_disk(path: Path) -> Path | None:
    """The file that is shown as this path."""
    if os.path.lexists(path):
        return path
    found = (name for name in _names(path.parent) if shown(name) == path.name)
    return next((path.parent / name for name in found), None)
