"""The wall clock of a running shop is set by hours; on PostgreSQL a host that is five minutes ahead works beside it: the
short form of the proof. CROSSDOCK_FAULTS=long sets it more often; CROSSDOCK_SEED names other times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.engines import Engines
from tests.faults.proof import Terms
from tests.faults.proofs.clocks import PROOF
from tests.faults.wall_clock import compiler
from tests.integration.conftest import unavailable
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.longer import LONG

SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))


@pytest.mark.parametrize("combo", ["sqlite-valkey", "postgresql-valkey"])
def test_leases_and_retries_do_not_go_by_the_wall_clock(
    combo: str, rabbitmq: RabbitMQ, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if compiler() is None:
        unavailable("gcc is not installed")
    engines = Engines(combo, rabbitmq)
    if combo.startswith("postgresql"):
        engines.postgresql = request.getfixturevalue("postgresql")
    report = PROOF.run(Terms(tmp_path, engines, SEED, LONG))
    print(f"seed {SEED}: {report.did}; {'; '.join(report.notes)}")
    assert report.broken(LONG) == []
