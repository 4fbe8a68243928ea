"""What the fuzzer found once stays mended: each input below found/ is tried again, without the fuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.catalogue import CATALOGUE, find
from tests.fuzz.fuzzing import FOUND
from tests.fuzz.target import look

INPUTS = sorted(path for path in FOUND.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_mended(path: Path) -> None:
    look(find(path.parent.name), path.read_bytes())


@pytest.mark.parametrize("target", CATALOGUE)
def test_what_the_fuzzer_begins_with_is_in_order(target: str) -> None:
    inputs = find(target).inputs()
    assert inputs
    for data in inputs:
        look(find(target), data)
