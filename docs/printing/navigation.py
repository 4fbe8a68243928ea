"""The navigation: names with a `*` in `mkdocs.yml` stand for all pages that they match."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any


def expanded(nav: Any, pages: Collection[str]) -> Any:
    """The index of a folder comes first, the others by name; a name that matches nothing is left out. A star matches no
    slash."""
    if isinstance(nav, dict):
        return {name: expanded(below, pages) for name, below in nav.items()}
    if not isinstance(nav, list):
        return nav
    found: list[Any] = []
    for entry in nav:
        found += matching(entry, pages) if isinstance(entry, str) and "*" in entry else [expanded(entry, pages)]
    return [entry for entry in found if not is_empty(entry)]


def matching(pattern: str, pages: Collection[str]) -> list[str]:
    depth = pattern.count("/")
    found = [page for page in pages if page.count("/") == depth and fnmatchcase(page, pattern)]
    return sorted(found, key=lambda page: (PurePosixPath(page).name != "index.md", page))


def is_empty(entry: Any) -> bool:
    return isinstance(entry, dict) and all(below == [] for below in entry.values())
