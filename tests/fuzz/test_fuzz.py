"""The fuzzer runs with the tests: shortly on a laptop, for a minute in CI. Each target is a process of its own, since the
product is instrumented as it is imported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.catalogue import CATALOGUE
from tests.fuzz.fuzzing import fuzz

SECONDS = 60 if os.environ.get("CI") else 10
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.mark.parametrize("target", CATALOGUE)
def test_the_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    report = fuzz(target, round(SECONDS / len(CATALOGUE)), SEED, tmp_path)
    assert not report.found, report
    assert report.runs > 0
