"""The commands of the README do what it says, in its order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.conftest import COMMAND, ROOT

TEXT = (ROOT / "README.md").read_text("utf-8")
FIRST_ROUTE = TEXT[TEXT.index("## A first route of your own") : TEXT.index("## What it can do today")]
BACKGROUND = "crossdock up &"


def blocks(kind: str, text: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Runs lines in the folder that they made, with `crossdock` on the path; `up` stays in the background."""
    (tmp_path / "bin").mkdir()
    door = tmp_path / "bin" / "crossdock"
    door.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    door.chmod(0o755)
    project = tmp_path / "prices"
    running = Crossdock(tmp_path, {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}, project, COMMAND)

    def run(line: str) -> str:
        if line.startswith(BACKGROUND):
            running.up(patience=30)
            return ""
        at = project if project.exists() else tmp_path
        done = subprocess.run(["sh", "-ec", line], cwd=at, env=running.env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    yield run
    running.stop()


def test_the_targets_of_make_are_there() -> None:
    rules = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{target}:", rules, re.MULTILINE), f"make {target}"


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / link).exists(), link


def test_a_first_route_in_two_minutes(
    shell: Callable[[str], str], tmp_path: Path, wait: Callable[[Callable[[], object]], None]
) -> None:
    install, run, mend = (block.splitlines() for block in blocks("sh", FIRST_ROUTE))
    for line in install:
        if not line.startswith(("python3 -m venv", "export PATH")):
            shell(line)
    (tmp_path / "prices" / "routes.yaml").write_text(blocks("yaml", FIRST_ROUTE)[0], "utf-8")
    for line in run:
        shell(line)
    outbox = tmp_path / "prices" / "outbox"
    wait((outbox / "prices.ndjson").exists)
    assert (outbox / "prices.ndjson").read_text() == '{"sku":"A-1","gross":"11.78"}\n{"sku":"A-3","gross":"4.76"}\n'
    said = [shell(line) for line in mend]
    assert "zwei" in said[0]
    assert "delivered" in said[-1]
    assert (outbox / "prices.requeue-1.ndjson").read_text() == '{"sku":"A-2","gross":"2.38"}\n'


def test_the_scaffold_runs(tmp_path: Path) -> None:
    """`crossdock init shop` makes a project that the checker has nothing against."""
    for words, folder in ((("init", "shop"), tmp_path), (("routes", "check"), tmp_path / "shop")):
        done = subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
