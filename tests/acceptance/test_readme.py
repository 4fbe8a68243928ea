"""The commands of the README do what it says, in its order."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import COMMAND, ROOT
from tests.acceptance.reader import Reader, blocks, opened

TEXT = (ROOT / "README.md").read_text("utf-8")
FIRST_ROUTE = TEXT[TEXT.index("## A first route of your own") : TEXT.index("## What it can do today")]


@pytest.fixture
def reader(tmp_path: Path, wait: Callable[[Callable[[], object]], None]) -> Iterator[Reader]:
    yield from opened(tmp_path, wait)


def test_the_targets_of_make_are_there() -> None:
    rules = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{target}:", rules, re.MULTILINE), f"make {target}"


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / link).exists(), link


def test_a_first_route_in_two_minutes(reader: Reader, wait: Callable[[Callable[[], object]], None]) -> None:
    install, routes, run, mend = (block.text for block in blocks(FIRST_ROUTE))
    reader.type(install)
    reader.write("routes.yaml", routes)
    reader.type(run)
    outbox = reader.at / "outbox"
    wait((outbox / "prices.ndjson").exists)
    assert (outbox / "prices.ndjson").read_text() == '{"sku":"A-1","gross":"11.78"}\n{"sku":"A-3","gross":"4.76"}\n'
    listed, *_, found = (reader.say(line) for line in mend.splitlines())
    assert "zwei" in listed
    assert "delivered" in found
    assert (outbox / "prices.requeue-1.ndjson").read_text() == '{"sku":"A-2","gross":"2.38"}\n'


def test_the_scaffold_runs(tmp_path: Path) -> None:
    """`crossdock init shop` makes a project that the checker has nothing against, whose tests reach all of it."""
    said = (("init", "shop"), ("routes", "check"), ("routes", "test", "--fail-under", "100"))
    for words, folder in zip(said, (tmp_path, tmp_path / "shop", tmp_path / "shop"), strict=True):
        done = subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
