"""The tutorial is a script: its files are written, its commands typed, and they print what it says."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT
from tests.acceptance.reader import Reader, blocks, differs, opened
from tests.integration.conftest import unavailable


@pytest.fixture
def reader(tmp_path: Path, wait: Callable[[Callable[[], object]], None]) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        unavailable("curl is not installed")
    yield from opened(tmp_path, wait)


def test_the_tutorial(reader: Reader) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    assert len(blocks(text)) > 30
    reader.read(text)
    assert (reader.at / "out" / "credits" / "R-4.json").is_file()


def test_what_is_printed_is_compared() -> None:
    said = "one  line\nanother 17 line\nthe last\n"
    assert differs(said, "one line\nanother … line\nthe last\n") is None
    assert differs(said, "…\nthe last\n") is None
    assert differs(said, "one line\n…\n") is None
    assert differs(said, "one line\nthe last\n") == "the last"
    assert differs(said, "one line\nanother … line\n") == "(nothing more)"
    assert differs(said, "…\nnone of them\n") == "none of them"
    assert differs("", "one line") == "one line"
