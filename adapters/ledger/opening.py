"""Which engine a ledger's address names: to open it, or only to look at it."""

from __future__ import annotations

from pathlib import Path

from adapters.ledger.sql.ledger import SqlLedger
from adapters.ledger.sqlite.ledger import SqliteLedger
from adapters.ledger.sqlite.peek import schema_of
from router.errors import LedgerRefused

MISSING = "the driver of PostgreSQL is missing: pip install 'crossdock[postgresql]'"


def open_ledger(address: str | Path, blobs: Path) -> SqlLedger:
    """A file is SQLite's; `postgresql://…` is a server that hosts share. `blobs` is a folder of this host for large bodies.
    Raises LedgerError."""
    if isinstance(address, Path):
        return SqliteLedger(address, blobs)
    try:
        from adapters.ledger.postgresql.ledger import PostgresqlLedger
    except ImportError:
        raise LedgerRefused(MISSING) from None
    return PostgresqlLedger(address, blobs)


def looked_at(address: str | Path) -> tuple[str, list[str], list[str]]:
    """What is there in words, what may go wrong with it though it works, and what is wrong; nothing is made, migrated, locked
    or waited for. Raises LedgerError."""
    if isinstance(address, Path):
        return f"schema {schema_of(address)}", [], []
    try:
        from adapters.ledger.postgresql import fitness
    except ImportError:
        raise LedgerRefused(MISSING) from None
    return fitness.looked_at(address)
