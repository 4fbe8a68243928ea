"""The SQLite ledger: one file, for one machine."""

from __future__ import annotations

from pathlib import Path

from adapters.disk import make_folder
from adapters.ledger.sql.blobs import BlobFolder
from adapters.ledger.sql.database import Clock
from adapters.ledger.sql.ledger import SqlLedger
from adapters.ledger.sqlite.connection import Database
from router.errors import LedgerError


class SqliteLedger(SqlLedger):
    """`path` None: in memory, for one process. Blobs lie beside the database."""

    def __init__(self, path: Path | None, blobs: Path, clock: Clock | None = None) -> None:
        if path is not None:
            make_folder(path.parent)
        self.db: Database = Database(path, clock)
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
