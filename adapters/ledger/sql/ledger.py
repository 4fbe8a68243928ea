"""The whole ledger: one class, a room a concern, on a database that an engine gives it."""

from __future__ import annotations

from abc import abstractmethod

from adapters.ledger.sql.arrays import Arrays
from adapters.ledger.sql.backlog import Backlogs
from adapters.ledger.sql.breakers import Breakers
from adapters.ledger.sql.configs import Configs
from adapters.ledger.sql.gauges import Gauges
from adapters.ledger.sql.intake import Intake
from adapters.ledger.sql.lanes import Lanes
from adapters.ledger.sql.nodes import Nodes
from adapters.ledger.sql.operating import Operating
from adapters.ledger.sql.settle import Settling
from adapters.ledger.sql.ticking import Ticking
from adapters.ledger.sql.worklist import Worklist


class SqlLedger(
    Intake, Lanes, Ticking, Worklist, Settling, Arrays, Breakers, Configs, Gauges, Backlogs, Nodes, Operating
):  # fmt: skip
    """`db` and `blobs` are the engine's."""

    @abstractmethod
    def writable(self) -> bool:
        """Whether a transaction can be committed now."""

    def refuse_reader(self) -> None:
        """For what is about to run. Raises LedgerRefused where it may only read; a file says so when it is opened."""
        return

    def delay(self) -> float:
        """The longest, in seconds, that a transaction of this process waited for its turn and for the disk since this was
        last asked; one is made, so that there is always something to say."""
        self.writable()
        return self.db.delay.take()

    @abstractmethod
    def close(self) -> None:
        """Gives up files and connections."""
