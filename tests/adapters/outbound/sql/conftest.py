"""A file of SQLite for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.outbound.sql.rows import LINES, Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With an empty table `lines`."""
    made = Database(tmp_path, LINES.format("lines"))
    yield made
    made.connection.close()
