"""Crossdock as a stranger has it: a project folder, `crossdock up`, and systems behind it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.outside import Outside

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, str(ROOT / "cli.py"))


@pytest.fixture(scope="session")
def wait() -> Callable[[Callable[[], object]], None]:
    """Waits until something is so."""

    def until(done: Callable[[], object], patience: float = 20) -> None:
        ends = time.monotonic() + patience
        while not done():
            assert time.monotonic() < ends, "it did not come to pass"
            time.sleep(0.02)

    return until


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    server = Outside()
    yield server
    server.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project folder."""
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def crossdock(project: Path, outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crossdock]:
    """A running one; the module's `written` fixture has filled the project folder before."""
    environment = {"ERP_URL": outside.url, "CROSSDOCK_WORKERS": "1"}
    running = Crossdock(tmp_path_factory.mktemp("run"), environment, project, COMMAND)
    try:
        running.up(patience=30)
        yield running
    finally:
        running.stop()
