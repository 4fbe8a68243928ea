"""`run worker`, alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.commands.living import make_project, typed
from tests.adapters.waiting import until


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def test_the_worker_alone_brings_the_embedded_broker_along(project: Path) -> None:
    with typed(project, "run inbound") as inbound, typed(project, "run worker") as worker:
        until(inbound.ready, 60)
        until(worker.ready, 60)
        (project / "in" / "a.txt").write_text("a")
        until((project / "out" / "a.txt").exists, 60)
        for command in (inbound, worker):
            command.process.terminate()
            assert command.process.wait(20) == 0
