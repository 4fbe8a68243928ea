"""What differs between two texts of a project."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class FileChange:
    """`added` and `removed` count lines; `diff` are the lines of a unified diff, each with its end. Of what is no text it
    says only that it differs."""

    path: str
    what: str
    added: int
    removed: int
    diff: tuple[str, ...]


def changed_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """By path."""
    paths = sorted(before.keys() | after.keys())
    return [changed(p, before.get(p), after.get(p)) for p in paths if before.get(p) != after.get(p)]


def changed(path: str, before: bytes | None, after: bytes | None) -> FileChange:
    what = ADDED if before is None else REMOVED if after is None else CHANGED
    old, new = lines(before), lines(after)
    if old is None or new is None:
        return FileChange(path, what, 0, 0, (f"Binary file {path} {'differs' if what == CHANGED else f'was {what}'}\n",))
    names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    diff = [ended(line) for line in difflib.unified_diff(old, new, *names)]
    body = diff[2:]
    added, removed = (sum(line.startswith(sign) for line in body) for sign in "+-")
    return FileChange(path, what, added, removed, tuple(diff))


def lines(text: bytes | None) -> list[str] | None:
    """None where it is no text."""
    if text is None:
        return []
    try:
        return text.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return None


def ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n"
