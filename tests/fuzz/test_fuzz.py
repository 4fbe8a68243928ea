"""The fuzzer runs with the tests: shortly on a laptop, for a third of a minute in CI."""

from __future__ import annotations

import os
from pathlib import Path

from tests.fuzz.catalogue import CATALOGUE
from tests.fuzz.fuzzing import fuzz

SECONDS = -(-8 // len(CATALOGUE)) if os.environ.get("CI") else 1
"""For each of the targets, at most."""
RUNS = 1500
"""Inputs at most: with the same seed the same ones on every machine, so that a test which failed fails again."""
SEED = int(os.environ.get("FUZZ_SEED", "1"))


def test_the_fuzzer_finds_nothing(tmp_path: Path) -> None:
    reports = list(fuzz(list(CATALOGUE), SECONDS, SEED, tmp_path, runs=RUNS))
    assert [report.target for report in reports] == list(CATALOGUE)
    found = [report for report in reports if report.found]
    assert not found, "\n\n".join(map(str, found))
    assert all(report.runs for report in reports)
