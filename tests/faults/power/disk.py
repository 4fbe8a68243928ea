"""A disk that forgets: what was not synced may be there after a power cut, or not, in any part.

Contents: of what was written to a file after its last sync, any subset of 4 KiB pages is there, and any of the changes of
its size. Names: a name that came, went or changed after the last sync of its folder may have done so or not, each name by
itself; a rename is one step. Syncing a file says nothing of its name, as POSIX has it (most file systems are kinder).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

PAGE = 4096


@dataclass(frozen=True, slots=True)
class Write:
    """`data` at `offset`; None: the file ends there."""

    at: int
    offset: int
    data: bytes | None


@dataclass(eq=False)
class File:
    """`now` is what processes see, `safe` what a power cut leaves at least."""

    now: bytearray = field(default_factory=bytearray)
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Write] = field(default_factory=list)
    cursor: int = 0

    def change(self, write: Write) -> None:
        apply(self.now, write)
        self.pending.append(write)

    def sync(self, since: int) -> None:
        """Of what was written before `since`."""
        for write in self.pending:
            if write.at <= since:
                apply(self.safe, write)
        self.pending = [write for write in self.pending if write.at > since]

    def left(self, chance: random.Random) -> bytes:
        content = bytearray(self.safe)
        share = chance.choice((0.0, 0.5, 1.0, chance.random()))
        for write in self.pending:
            for page in pages(write):
                if chance.random() < share:
                    apply(content, page)
        return bytes(content)


@dataclass(eq=False)
class Folder:
    now: dict[str, Node] = field(default_factory=dict)
    safe: dict[str, Node] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)


Node = File | Folder
Name = tuple[Folder, str]


@dataclass(eq=False)
class Change:
    """Of names, in one step: those that go, and those that come."""

    at: int
    gone: tuple[Name, ...]
    come: tuple[tuple[Folder, str, Node], ...]

    def names(self) -> Iterator[tuple[int, str]]:
        yield from ((id(folder), name) for folder, name in self.gone)
        yield from ((id(folder), name) for folder, name, _ in self.come)

    def folders(self) -> list[Folder]:
        return [folder for folder, *_ in (*self.gone, *self.come)]


class Disk:
    """The tree under `root`, as it was when it was made: all of that is safe. `known_as`: the folder that the recorded
    processes saw it under."""

    def __init__(self, root: Path, known_as: Path) -> None:
        self.root = PurePosixPath(known_as)
        self.top = self._load(root)

    def _load(self, path: Path) -> Node:
        if path.is_file():
            content = path.read_bytes()
            return File(bytearray(content), bytearray(content))
        entries = {entry.name: self._load(entry) for entry in path.iterdir()}
        return Folder(dict(entries), dict(entries))

    def put(self, path: str, content: bytes) -> None:
        """A file that somebody else made, and synced."""
        folder, name = self._place(path)
        folder.now[name] = folder.safe[name] = File(bytearray(content), bytearray(content))

    def find(self, path: str) -> Node | None:
        node: Node = self.top
        for part in PurePosixPath(path).relative_to(self.root).parts:
            if not isinstance(node, Folder) or part not in node.now:
                return None
            node = node.now[part]
        return node

    def file(self, path: str) -> File:
        node = self.find(path)
        assert isinstance(node, File), f"{path} is no file here"
        return node

    def _place(self, path: str) -> Name:
        pure = PurePosixPath(path)
        folder = self.find(str(pure.parent))
        assert isinstance(folder, Folder), f"{pure.parent} is no folder here"
        return folder, pure.name

    def _change(self, at: int, gone: tuple[Name, ...], come: tuple[tuple[Folder, str, Node], ...]) -> None:
        change = Change(at, gone, come)
        for folder in change.folders():
            if change not in folder.pending:
                folder.pending.append(change)
        _apply_names(change, lambda folder: folder.now)

    def make(self, at: int, path: str, node: Node) -> None:
        folder, name = self._place(path)
        self._change(at, (), ((folder, name, node),))

    def link(self, at: int, old: str, new: str) -> None:
        self.make(at, new, self.file(old))

    def remove(self, at: int, path: str) -> None:
        self._change(at, (self._place(path),), ())

    def rename(self, at: int, old: str, new: str) -> None:
        node = self.find(old)
        assert node is not None, f"{old} is not here"
        self._change(at, (self._place(old),), ((*self._place(new), node),))

    def sync(self, path: str, since: int) -> None:
        node = self.find(path)
        if isinstance(node, File):
            node.sync(since)
        elif node is not None:
            for change in [change for change in node.pending if change.at <= since]:
                self._keep(change)

    def _keep(self, change: Change) -> None:
        """With all that came before it at the same names."""
        for folder in change.folders():
            for earlier in list(folder.pending):
                if earlier is change:
                    break
                if set(earlier.names()) & set(change.names()):
                    self._keep(earlier)
        _apply_names(change, lambda folder: folder.safe)
        for folder in change.folders():
            if change in folder.pending:
                folder.pending.remove(change)

    def cut(self, chance: random.Random, into: Path) -> None:
        """The power goes: what the disk holds then is written into an empty folder."""
        _write(self.top, _names_left(self.top, chance), chance, into)


Names = dict[int, dict[str, Node]]


def _names_left(top: Node, chance: random.Random) -> Names:
    folders = list(_folders(top, set()))
    names: Names = {id(folder): dict(folder.safe) for folder in folders}
    changes = {id(change): change for folder in folders for change in folder.pending}
    share = chance.choice((0.0, 0.5, 1.0, chance.random()))
    lost: set[tuple[int, str]] = set()
    for change in sorted(changes.values(), key=lambda c: c.at):
        touched = set(change.names())
        if touched & lost or chance.random() >= share:
            lost |= touched
        else:
            _apply_names(change, lambda folder: names.setdefault(id(folder), dict(folder.safe)))
    return names


def _folders(node: Node, seen: set[int]) -> Iterator[Folder]:
    """All that can be reached, now or after a cut."""
    if isinstance(node, File) or id(node) in seen:
        return
    seen.add(id(node))
    yield node
    for inner in (*node.now.values(), *node.safe.values(), *(n for c in node.pending for *_, n in c.come)):
        yield from _folders(inner, seen)


def _apply_names(change: Change, entries: Callable[[Folder], dict[str, Node]]) -> None:
    for folder, name in change.gone:
        entries(folder).pop(name, None)
    for folder, name, node in change.come:
        entries(folder)[name] = node


def _write(node: Node, names: Names, chance: random.Random, path: Path) -> None:
    if isinstance(node, File):
        path.write_bytes(node.left(chance))
        return
    path.mkdir(exist_ok=True)
    for name, inner in names.get(id(node), node.safe).items():
        _write(inner, names, chance, path / name)


def apply(content: bytearray, write: Write) -> None:
    if write.data is None:
        del content[write.offset :]
        content.extend(bytes(write.offset - len(content)))
        return
    content.extend(bytes(max(0, write.offset - len(content))))
    content[write.offset : write.offset + len(write.data)] = write.data


def pages(write: Write) -> Iterator[Write]:
    """By the pages of the file that it lies in."""
    if write.data is None:
        yield write
        return
    start = write.offset
    end = start + len(write.data)
    while start < end:
        stop = min(end, (start // PAGE + 1) * PAGE)
        yield Write(write.at, start, write.data[start - write.offset : stop - write.offset])
        start = stop
