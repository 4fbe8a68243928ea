"""The whole SQLite ledger: one class, a room a concern."""

from __future__ import annotations

from pathlib import Path

from adapters.ledger.sqlite.arrays import Arrays
from adapters.ledger.sqlite.blobs import BlobFolder
from adapters.ledger.sqlite.breakers import Breakers
from adapters.ledger.sqlite.configs import Configs
from adapters.ledger.sqlite.connection import Clock, Database
from adapters.ledger.sqlite.gauges import Gauges
from adapters.ledger.sqlite.intake import Intake
from adapters.ledger.sqlite.lanes import Lanes
from adapters.ledger.sqlite.operating import Operating
from adapters.ledger.sqlite.settle import Settling
from adapters.ledger.sqlite.worklist import Worklist
from router.errors import LedgerError


class SqliteLedger(Intake, Lanes, Worklist, Settling, Arrays, Breakers, Configs, Gauges, Operating):
    """`path` None: in memory, for one process. Blobs lie beside the database."""

    def __init__(self, path: Path | None, blobs: Path, clock: Clock | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.db = Database(path, clock)
        self.blobs = BlobFolder(blobs)

    def writable(self) -> bool:
        """Whether a transaction can be committed now."""
        try:
            with self.db.write() as run:
                run("UPDATE sequence SET value = value WHERE name = 'batch'")
        except LedgerError:
            return False
        return True

    def close(self) -> None:
        self.db.close()
