"""A recording played on a disk that forgets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.faults.power.disk import Disk, File, Folder, Write
from tests.faults.power.trace import Call

NUMBER = re.compile(r"-?\d+")
NAMES = ("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat")


class Replay:
    """`watched` says which paths are on the disk, `heeded` whether syncing a path does anything."""

    def __init__(
        self, disk: Disk, watched: Callable[[str], bool], heeded: Callable[[str], bool] = lambda path: True
    ) -> None:
        self.disk = disk
        self._watched, self._heeded = watched, heeded

    def play(self, call: Call) -> bool:
        """Whether it concerned the disk."""
        if call.socket:
            return False
        if call.name in NAMES:
            return self._names(call)
        path = call.files[-1] if call.files else ""
        if not self._watched(path):
            return False
        act = getattr(self, f"_{call.name}", None)
        assert act is not None, f"the replay does not know {call.name} of {path}"
        act(path, call)
        return True

    # --- names ---
    def _names(self, call: Call) -> bool:
        """Crossdock's own have whole paths; the broker, which is not on the disk, goes into its folder."""
        paths = [word.decode() for word in call.words]
        if not any(self._watched(path) for path in paths):
            return False
        assert all(self._watched(path) for path in paths), f"{call.name} over the edge of the disk: {paths}"
        kind = call.name.removesuffix("2").removesuffix("at")
        if kind == "rename":
            self.disk.rename(call.left, *paths)
        elif kind == "link":
            self.disk.link(call.left, *paths)
        elif kind == "mkdir":
            self.disk.make(call.left, paths[0], Folder())
        else:
            self.disk.remove(call.left, paths[0])
        return True

    # --- contents ---
    def _openat(self, path: str, call: Call) -> None:
        if self.disk.find(path) is None and "O_CREAT" in call.tail:
            self.disk.make(call.left, path, File())
        node = self.disk.find(path)
        if not isinstance(node, File):
            return
        if "O_TRUNC" in call.tail and node.now:
            node.change(Write(call.left, 0, None))
        if "O_RDONLY" not in call.tail:
            node.cursor = len(node.now) if "O_APPEND" in call.tail else 0

    def _write(self, path: str, call: Call) -> None:
        file = self.disk.file(path)
        data = b"".join(call.words)[: call.result]
        file.change(Write(call.left, file.cursor, data))
        file.cursor += len(data)

    _writev = _write

    def _pwrite64(self, path: str, call: Call) -> None:
        offset = int(NUMBER.findall(call.tail)[-1])
        self.disk.file(path).change(Write(call.left, offset, call.words[0][: call.result]))

    def _lseek(self, path: str, call: Call) -> None:
        node = self.disk.find(path)
        if isinstance(node, File):
            node.cursor = call.result

    def _ftruncate(self, path: str, call: Call) -> None:
        self.disk.file(path).change(Write(call.left, int(NUMBER.findall(call.tail)[-1]), None))

    def _fallocate(self, path: str, call: Call) -> None:
        offset, length = (int(number) for number in NUMBER.findall(call.tail)[-2:])
        file = self.disk.file(path)
        if offset + length > len(file.now):
            file.change(Write(call.left, offset + length, None))

    def _fsync(self, path: str, call: Call) -> None:
        if self._heeded(path):
            self.disk.sync(path, call.entered)

    _fdatasync = _fsync


def contents(folder: Folder, above: str = "") -> Iterator[tuple[str, bytes]]:
    """(path, what processes see in it)"""
    for name, node in folder.now.items():
        if isinstance(node, File):
            yield f"{above}{name}", bytes(node.now)
        else:
            yield from contents(node, f"{above}{name}/")
