"""An embedded broker that the tests of this folder share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import broker
from adapters.processes import die_with_parent
from tests.adapters.waiting import until


@pytest.fixture(scope="session")
def broker_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A var (with a space and an umlaut in its path) whose embedded broker runs."""
    var = tmp_path_factory.mktemp("var mit ä")
    parent = os.getpid()
    server = subprocess.Popen(broker.prepare(var), preexec_fn=lambda: die_with_parent(parent))
    until(lambda: broker.answers(var))
    yield var
    server.terminate()
    server.wait()
