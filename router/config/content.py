"""The text of a project at one version: routes.yaml, what it includes, and the engineer's content under transforms/."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from router.registry import ContentError

KINDS = ("schemas", "maps", "templates", "layouts", "samples", "python")
LARGEST_SAMPLE = 1 << 20


@dataclass(slots=True)
class StoredContent:
    """Files by their paths from the project folder, with `/`."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    version: int = 0

    def bytes(self, path: str) -> bytes:
        """Raises KeyError where there is no such file."""
        return self.files[path]

    def text(self, path: str) -> str:
        """Raises KeyError where there is no such file, ContentError where it is not UTF-8."""
        raw = self.files[path]
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - raw.rfind(b"\n", 0, error.start)
            message = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
            raise ContentError(message, path, line, column) from None

    def paths(self) -> Iterable[str]:
        return self.files.keys()


def read_content(folder: Path) -> dict[str, bytes]:
    """Everything under transforms/ that belongs to a version; large samples, hidden and compiled files do not."""
    found: dict[str, bytes] = {}
    for kind in KINDS:
        for path in _walk(folder / "transforms" / kind):
            try:
                if kind != "samples" or path.stat().st_size <= LARGEST_SAMPLE:
                    found[path.relative_to(folder).as_posix()] = path.read_bytes()
            except OSError:  # what cannot be read is missing, and is said to be where it is used
                continue
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = Path(here, name)
            if not name.startswith(".") and not name.endswith(".pyc") and path.is_file():
                yield path


def is_pattern(text: str) -> bool:
    return any(mark in text for mark in "*?[")


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """The paths that a pattern of `include` names, as the shell reads it: `*` stays in its folder, `**` does not."""
    wanted = re.compile(_translate(pattern))
    return sorted(path for path in paths if wanted.fullmatch(path))


def _translate(pattern: str) -> str:
    text, n = "", 0
    while n < len(pattern):
        rest = pattern[n:]
        group = re.match(r"\[(!?)([^\]/]+)\]", rest)
        if rest.startswith("**/"):
            text, n = text + r"(?:(?!\.)[^/]+/)*", n + 3
        elif rest[0] == "*":
            text, n = text + (r"(?!\.)[^/]*" if n == 0 or pattern[n - 1] == "/" else "[^/]*"), n + 1
        elif group:
            text, n = (
                text + f"[{'^' if group[1] else ''}{re.escape(group[2]).replace(chr(92) + '-', '-')}]",
                n + group.end(),
            )
        else:
            text, n = text + ("[^/]" if rest[0] == "?" else re.escape(rest[0])), n + 1
    return text
