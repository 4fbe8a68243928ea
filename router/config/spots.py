"""Parsed YAML that knows where each key and each value stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from router.config.problems import PathKeys


class Spot(NamedTuple):
    """A place in a file of the project: line and column count from 1, in characters. `end` is the column behind its last
    character, 0 where it goes on in another line or is not known."""

    file: str
    line: int
    column: int
    end: int = 0


class Mark(NamedTuple):
    """Where one entry of a mapping stands."""

    key: Spot
    value: Spot


class MarkedMap(dict[str, Any]):
    """A mapping; `marks` has an entry for each key. What a merge brought in is marked where it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, Mark] = {}


class MarkedList(list[Any]):
    """A list; `marks` has the place of each item."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Spot] = []


KEY, VALUE, MISSING = "key", "value", "missing"


def find(root: Any, path: PathKeys, at: str, top: Spot) -> Spot:
    """The place of a mistake: at the key or the value of `path`; what is missing is reported at its parent's key, in a
    list at the item's first line, at the top at `top`."""
    key = value = top
    for part in path[:-1] if at == MISSING else path:
        if isinstance(root, MarkedMap) and part in root.marks:
            key, value = root.marks[str(part)].key, root.marks[str(part)].value
        elif isinstance(root, MarkedList) and isinstance(part, int) and part < len(root):
            key = value = root.marks[part]
        else:
            return key
        root = root[part]
    return value if at == VALUE else key
