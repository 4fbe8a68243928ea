from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.ledger.sql.stock import Stock


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    found = Stock(tmp_path)
    yield found
    found.ledger.close()
