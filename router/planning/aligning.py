"""Where two structures differ, with the items of lists beside those that they became: a step put in between is one change,
not a change of all behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from router.testing.compare import NOTHING, Difference, below, differences, is_list, show

MOST_ITEMS = 500
"""Longer lists are compared place by place: aligning takes the square of their lengths."""


def changes(old: Any, new: Any, path: str = "body") -> Iterator[Difference]:
    """`expected` is what was, `got` what is. A place in a list is that of the new one, of what is gone that of the old."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from changes(old.get(name, NOTHING), new.get(name, NOTHING), below(path, name))
    elif is_list(old) and is_list(new) and max(len(old), len(new)) <= MOST_ITEMS:
        yield from aligned(old, new, path)
    else:
        yield from differences(old, new, path)


def aligned(old: Any, new: Any, path: str) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, [*map(whole, old)], [*map(whole, new)], autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        for n in range(both):
            yield from changes(old[i1 + n], new[j1 + n], f"{path}[{j1 + n}]")
        yield from (Difference(f"{path}[{i}]", old[i], NOTHING) for i in range(i1 + both, i2))
        yield from (Difference(f"{path}[{j}]", NOTHING, new[j]) for j in range(j1 + both, j2))


def whole(value: Any) -> str:
    return show(value, most=None)
