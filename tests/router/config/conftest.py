"""The shared fixtures of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.registry import Registry
from tests.router.config.desk import Desk, fake_registry


@pytest.fixture
def registry() -> Registry:
    return fake_registry()


@pytest.fixture
def desk(tmp_path: Path, registry: Registry) -> Desk:
    return Desk(tmp_path, registry)
