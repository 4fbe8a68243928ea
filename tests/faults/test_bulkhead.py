"""A target that gives no answer, beside a fast one: the short form of the proof."""

from __future__ import annotations

from pathlib import Path

from tests.faults.engines import Engines
from tests.faults.proof import Terms
from tests.faults.proofs.bulkhead import PROOF


def test_a_hanging_target_delays_nobody_else(tmp_path: Path) -> None:
    report = PROOF.run(Terms(tmp_path, Engines()))
    print(f"{report.did}; {'; '.join(report.notes)}")
    assert report.broken(long=False) == []
