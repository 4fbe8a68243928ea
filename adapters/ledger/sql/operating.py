"""What commands need of the SQLite ledger beside the workers' half: reading, proving, and what operators change."""

from __future__ import annotations

from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.browse import Browse
from adapters.ledger.sql.counts import Counts
from adapters.ledger.sql.database import Database
from adapters.ledger.sql.deadletters import DeadLetters
from adapters.ledger.sql.jobs import Jobs
from adapters.ledger.sql.pauses import Pauses
from adapters.ledger.sql.prune import Prune
from adapters.ledger.sql.trace import Trace
from adapters.ledger.sql.verify import Verify


class Operating(Browse, Counts, DeadLetters, Jobs, Pauses, Prune, Trace, Verify):
    """`Browser` and `Caretaker` of `router/browse.py`."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs
