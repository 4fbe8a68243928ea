"""What every ledger must do: each rule of the design that a crash, a slow worker or an operator can break."""

from __future__ import annotations

from tests.contracts.ledger.answers import AnswerRules
from tests.contracts.ledger.arrays import ArrayRules
from tests.contracts.ledger.backlog import BacklogRules
from tests.contracts.ledger.breaker import BreakerRules
from tests.contracts.ledger.case import arrival, failed
from tests.contracts.ledger.choice import ChoiceRules
from tests.contracts.ledger.intake import IntakeRules
from tests.contracts.ledger.lanes import LanesRules
from tests.contracts.ledger.nodes import NodeRules
from tests.contracts.ledger.parking import ParkingRules
from tests.contracts.ledger.pausing import PausingRules
from tests.contracts.ledger.ticking import TickingRules
from tests.contracts.ledger.version import VersionRules
from tests.contracts.ledger.worklist import WorklistRules


class LedgerContract(
    IntakeRules, LanesRules, WorklistRules, ParkingRules, BreakerRules, ChoiceRules, AnswerRules, VersionRules, ArrayRules,
    PausingRules, BacklogRules, TickingRules, NodeRules,
):  # fmt: skip
    """Subclass and give `ledger` (a fixture) and the clock's `advance` and `jump`."""


__all__ = ["LedgerContract", "arrival", "failed"]
