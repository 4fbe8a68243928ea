"""What commands need of the SQLite ledger beside the workers' half: reading, proving, and what operators change."""

from __future__ import annotations

import apsw

from adapters.ledger.sqlite.blobs import BlobFolder
from adapters.ledger.sqlite.browse import Browse
from adapters.ledger.sqlite.connection import Database
from adapters.ledger.sqlite.counts import Counts
from adapters.ledger.sqlite.deadletters import DeadLetters
from adapters.ledger.sqlite.jobs import Jobs
from adapters.ledger.sqlite.pauses import Pauses
from adapters.ledger.sqlite.prune import Prune
from adapters.ledger.sqlite.trace import Trace
from adapters.ledger.sqlite.verify import Verify


def library_version() -> str:
    """Of the SQLite that the ledger uses: apsw brings its own."""
    return str(apsw.sqlite_lib_version())


class Operating(Browse, Counts, DeadLetters, Jobs, Pauses, Prune, Trace, Verify):
    """`Browser` and `Caretaker` of `router/browse.py`."""

    def __init__(self, db: Database, blobs: BlobFolder) -> None:
        self.db = db
        self.blobs = blobs
