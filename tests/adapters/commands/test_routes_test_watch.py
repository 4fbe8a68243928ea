"""`routes test --watch`, in a process of its own, as one has it beside an editor."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from adapters import host
from tests.adapters.testing.shelf import Shelf
from tests.adapters.waiting import until

ROUTES = "orders:\n  from: {http: /orders, clients: anyone}\n  to: [{id: erp, send: {http: erp, path: /orders}}]\n"
TESTS = "first: {route: orders, given: {body: x}, expect: {state: delivered}}\n"


def test_each_save_runs_the_tests_again(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    Shelf(project, ROUTES, TESTS)
    config, log = project / "routes.yaml", tmp_path / "log"
    text = config.read_text()
    with open(log, "w") as out:
        process = subprocess.Popen(
            host.command("routes", "test", "--watch"), cwd=project, stdout=out, stderr=out, env={**os.environ}
        )
    try:
        until(lambda: log.read_text().count("waiting for a file") == 1)
        assert "✓ first" in log.read_text()
        config.write_text(text.replace("state: delivered", "state: dead"))
        until(lambda: log.read_text().count("waiting for a file") == 2)
        assert 'state: expected "dead", got "delivered"' in log.read_text()
        config.write_text(text.replace("state: delivered", "state: ded"))
        until(lambda: log.read_text().count("waiting for a file") == 3)
        assert "'ded' is not accepted" in log.read_text()
        config.write_text(text)
        until(lambda: log.read_text().count("waiting for a file") == 4)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
