"""The order of the test files: those that start processes come first, one folder's by turns with another's, so that long
ones never stand at the end, where nothing runs beside them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FIRST = ("faults", "acceptance", "integration")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place: dict[Path, tuple[bool, int]] = {}
    turns: Counter[str] = Counter()
    for path in dict.fromkeys(item.path for item in items):
        folder = path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""
        turns[folder] += folder in FIRST
        place[path] = (folder not in FIRST, turns[folder])
    items.sort(key=lambda item: place[item.path])
