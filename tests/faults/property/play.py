"""Plays games by the rules: CROSSDOCK_FAULTS=long plays many more and longer ones; CROSSDOCK_SEED names another series."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.property.bench import Bench
from tests.faults.property.machine import LedgerMachine

LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
SEED = int(os.environ.get("CROSSDOCK_SEED", "7"))
STEPS = 100 if LONG else 50


def play(bench: Callable[[Path], Bench], games: int, *, shrink: bool = True) -> None:
    """Raises where a ledger does not stand as the books say, with the shortest game that shows it (without `shrink`: with
    the first)."""

    @hypothesis.seed(SEED)
    class Machine(LedgerMachine):
        made = staticmethod(bench)

    print(f"seed {SEED}: {games} games of up to {STEPS} steps; CROSSDOCK_SEED=n plays others")
    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    run_state_machine_as_test(
        Machine,
        settings=hypothesis.settings(
            max_examples=games, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False, phases=phases,
            report_multiple_bugs=False, suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )  # fmt: skip
