"""Looking into a folder: the files whose name fits, and what they are at this instant."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from adapters.disk import OWN


@dataclass(frozen=True, slots=True)
class Seen:
    """A file at one instant. `name` is as on the disk, bytes that are not UTF-8 as surrogates."""

    name: str
    device: int
    inode: int
    size: int
    mtime_ns: int


def seen(name: str, stat: os.stat_result) -> Seen:
    return Seen(name, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


class Filter:
    """Which names are wanted: they fit `files` and none of `ignore`."""

    def __init__(self, files: str, ignore: Sequence[str]) -> None:
        self._files = re.compile(translate(files))
        self._ignore = [re.compile(translate(pattern)) for pattern in ignore]
        self.all = set(files) <= {"*"}

    def wants(self, name: str) -> bool:
        if name.startswith(OWN) or not self._files.match(name):
            return False
        return not any(pattern.match(name) for pattern in self._ignore)


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a folder: the wanted regular files, the wanted names that are something else (a symbolic link, a
    pipe, a folder), and all names."""

    files: Sequence[os.DirEntry[str]]
    odd: Sequence[str]
    names: frozenset[str]


def look(folder: Path, wanted: Filter) -> Listing:
    """Lists a folder, not what is below it. Nothing is followed."""
    with os.scandir(folder) as found:
        entries = list(found)
    fitting = [e for e in entries if wanted.wants(e.name) and not (wanted.all and e.is_dir(follow_symlinks=False))]
    files = [e for e in fitting if e.is_file(follow_symlinks=False)]
    odd = [e.name for e in fitting if not e.is_file(follow_symlinks=False)] if len(files) < len(fitting) else []
    return Listing(files, odd, frozenset(e.name for e in entries))


def stat_entry(entry: os.DirEntry[str]) -> Seen | None:
    """What the file is now; None where it is gone or cannot be asked."""
    try:
        return seen(entry.name, entry.stat(follow_symlinks=False))
    except OSError:
        return None


def ordered(files: Sequence[Seen], order: str) -> list[Seen]:
    """By `name` or by `modified`."""
    if order == "modified":
        return sorted(files, key=lambda s: (s.mtime_ns, s.name))
    return sorted(files, key=lambda s: s.name)
