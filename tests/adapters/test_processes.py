"""Dying with the parent, and the word that a process is ready."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from adapters.node import start_of
from adapters.processes import read_ready, say_ready
from tests.adapters.waiting import until

FAMILY = """
import os, subprocess, sys
from adapters.processes import die_with_parent
me = os.getpid()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], preexec_fn=lambda: die_with_parent(me))
print(child.pid, flush=True)
input()
"""


def test_a_child_dies_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert start_of(child) is not None
        parent.kill()
        until(lambda: start_of(child) is None)


def test_only_the_word_of_this_very_process_counts(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert read_ready(tmp_path, "web", os.getpid()) is None
    say_ready(tmp_path, "web", "http://127.0.0.1:8080")
    assert read_ready(tmp_path, "web", os.getpid()) == "http://127.0.0.1:8080"
    assert read_ready(tmp_path, "web", 1) is None
    say_ready(tmp_path, "web")
    assert read_ready(tmp_path, "web", os.getpid()) == ""
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["web.ready"]
