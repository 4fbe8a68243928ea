"""Houses around folder sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.inbound.folder.house import House, route_of

MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(tmp_path: Path) -> MakeHouse:
    def make(**options: Any) -> House:
        kept = {k: options.pop(k) for k in ("verdict", "checkpoint") if k in options}
        return House(tmp_path, route_of(**options), **kept)

    return make


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """Files are taken at once and go to `archive`."""
    return make_house()
