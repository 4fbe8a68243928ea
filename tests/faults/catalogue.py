"""Which proofs there are, in the order in which they run. A new one is a module of `proofs/` and a line here."""

from __future__ import annotations

from tests.faults.proof import Proof
from tests.faults.proofs import (
    broker,
    bulkhead,
    clocks,
    dayfile,
    disk,
    frozen,
    kills,
    offline,
    poison,
    powercut,
    pruning,
    removed,
    server,
    soak,
    targets,
    versions,
)

ALL = (
    kills, broker, server, frozen, disk, clocks, targets, powercut, poison, dayfile, versions, removed, pruning, bulkhead,
    offline, soak,
)  # fmt: skip
PROOFS: dict[str, Proof] = {module.PROOF.name: module.PROOF for module in ALL}
