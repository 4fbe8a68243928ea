"""The ledger's port: the truth about every message. Times are epoch milliseconds unless said; see docs/ledger.md.

A *unit* is what is delivered: a message of a batch (`record` 0), or one record of it. `seq` orders all messages:
`batch << 16 | position`. The *place* of a unit is (seq, record). Targets are named `ROUTE.TARGET`; the processing of a
route is a target too, named `ROUTE`.
"""

from __future__ import annotations

from typing import Protocol

from router.ledger.arrays import Array, ArrayEnd, Arrays
from router.ledger.breaker import Circuit, Pulse
from router.ledger.choice import Choice, Derived, NewWork, Taken
from router.ledger.intake import Arrival, BlobWriter, End, FileIn, Intake, Once, Receipt, ReplayOf
from router.ledger.lanes import FAR, Claim, Lanes
from router.ledger.settlement import Attempt, Fate, FileOut, Park, Progress, Settlement, Unpark
from router.ledger.version import COMMANDED, DEPLOYED, ROLLED_BACK, STARTED, Version, VersionEntry
from router.ledger.worklist import Parked, Revision, Stored, Work, Worklist


class Ledger(Intake, Lanes, Worklist, Arrays, Protocol):
    """All of it. `Browser` and `Caretaker` (router/browse.py) are what the commands need beside."""

    def close(self) -> None: ...


__all__ = [
    "COMMANDED",
    "DEPLOYED",
    "FAR",
    "ROLLED_BACK",
    "STARTED",
    "Array",
    "ArrayEnd",
    "Arrival",
    "Attempt",
    "BlobWriter",
    "Choice",
    "Circuit",
    "Claim",
    "Derived",
    "End",
    "Fate",
    "FileIn",
    "FileOut",
    "Intake",
    "Lanes",
    "Ledger",
    "NewWork",
    "Once",
    "Park",
    "Parked",
    "Progress",
    "Pulse",
    "Receipt",
    "ReplayOf",
    "Revision",
    "Settlement",
    "Stored",
    "Taken",
    "Unpark",
    "Version",
    "VersionEntry",
    "Work",
    "Worklist",
]
