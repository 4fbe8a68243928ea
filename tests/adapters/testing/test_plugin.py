"""The tests of routes, run by pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.testing.shelf import Shelf

ROUTES = """
orders:
  from: {http: /orders, method: POST, clients: anyone}
  to: [{id: erp, send: {http: erp, path: /orders}}]
"""
TESTS = """
good: {route: orders, given: {body: x}, expect: {state: delivered}}
bad one: {route: orders, given: {body: x}, expect: {state: dead}}
"""
NOTHING_COLLECTED = 5


def run(folder: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "adapters.testing.plugin", "-p", "no:cacheprovider", "-v", *words]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # an installed one would be the same twice
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("by_ini", [False, True])
def test_each_test_is_an_item_and_a_failure_shows_the_difference(tmp_path: Path, by_ini: bool) -> None:
    Shelf(tmp_path, ROUTES, TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n" + ("crossdock = true\n" if by_ini else ""))
    code, out = run(tmp_path, *(() if by_ini else ("--crossdock",)))
    assert code == 1, out
    assert "routes.yaml::good PASSED" in out
    assert "routes.yaml::bad one FAILED" in out
    assert 'state: expected "dead", got "delivered"' in out
    assert "+0.0s accepted" in out
    assert "Traceback" not in out


def test_who_does_not_ask_is_not_disturbed(tmp_path: Path) -> None:
    Shelf(tmp_path, ROUTES, TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    assert run(tmp_path)[0] == NOTHING_COLLECTED


def test_a_project_with_a_mistake_is_an_error_of_collecting(tmp_path: Path) -> None:
    Shelf(tmp_path, ROUTES, TESTS.replace("state: dead", "state: ded"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    code, out = run(tmp_path, "--crossdock")
    assert code != 0
    assert "'ded' is not accepted" in out
    assert "Traceback" not in out
