"""The power goes while Crossdock takes requests, events and files on SQLite: the short form of the proof. CROSSDOCK_FAULTS=long
records more and cuts at many more moments; CROSSDOCK_SEED names other moments."""

from __future__ import annotations

import os
from pathlib import Path

from tests.faults.engines import Engines
from tests.faults.power.shop import strace
from tests.faults.proof import Terms
from tests.faults.proofs.powercut import PROOF
from tests.integration.conftest import unavailable
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.longer import LONG

SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))


def test_what_was_told_is_there_after_a_power_cut(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    if strace() is None:
        unavailable("strace is not installed")
    report = PROOF.run(Terms(tmp_path, Engines(bus=rabbitmq), SEED, LONG))
    print(f"seed {SEED}: {report.did}; {'; '.join(report.notes)}")
    assert report.broken(LONG) == []
