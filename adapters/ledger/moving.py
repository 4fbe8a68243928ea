"""What moves a whole ledger: to a newer schema, to another engine, into a backup. By the address of the ledger, as
`open_ledger` reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.ledger.opening import MISSING
from adapters.ledger.sqlite.backup import NAME, backup
from adapters.ledger.sqlite.connection import Database
from adapters.ledger.sqlite.peek import schema_of
from adapters.ledger.sqlite.schema import MIGRATIONS
from router.errors import LedgerRefused

if TYPE_CHECKING:
    from adapters.ledger.postgresql.copying import Copied

Step = Callable[[int], object]


def moved_file(path: Path) -> Path:
    """Beside a SQLite ledger that was copied away: says where to."""
    return path.with_name(f"{path.name}.moved")


def refuse_moved(path: Path) -> None:
    """For what would work on it: its messages would be delivered here and there. Raises LedgerRefused."""
    mark = moved_file(path)
    if mark.exists():
        raise LedgerRefused(
            f"the ledger was copied {mark.read_text('utf-8').strip()}: set CROSSDOCK_LEDGER_URL to that address; to use this"
            f" one again instead, remove {mark}"
        )


def schemas(address: str | Path) -> tuple[int, int]:
    """The number of the schema that is there (0: none yet), and the one that this program needs. Nothing is changed. Raises
    LedgerError, as for a newer one."""
    if isinstance(address, Path):
        return schema_of(address) if address.exists() else 0, len(MIGRATIONS)
    return _on_server(address, lambda migration, db: migration.looked_at(db))


def migrate(address: str | Path) -> tuple[int, int]:
    """The number of the schema before, and now. Raises LedgerError."""
    if isinstance(address, Path):
        before, now = schemas(address)
        Database(address).close()
        return before, now
    return _on_server(address, lambda migration, db: migration.migrate(db))


def _on_server(address: str, work: Callable[[Any, Any], tuple[int, int]]) -> tuple[int, int]:
    """`work` gets the module `migration` and a database of PostgreSQL's, whose driver may be missing."""
    try:
        from adapters.ledger.postgresql import connection, migration
    except ImportError:
        raise LedgerRefused(MISSING) from None
    db = connection.Database(address)
    try:
        return work(migration, db)
    finally:
        db.close()


def copy(path: Path, blobs: Path, address: str, at_hand: Path, step: Step) -> list[Copied]:
    """From SQLite to a server. Nobody may work on either; the one that was left is marked. `at_hand`: a folder for large
    bodies of the new one. Raises LedgerError."""
    try:
        from adapters.ledger.postgresql import copying
        from adapters.ledger.postgresql.ledger import PostgresqlLedger
    except ImportError:
        raise LedgerRefused(MISSING) from None
    if not path.exists():
        raise LedgerRefused(f"there is no ledger at {path}: give --from sqlite:PATH")
    Database(path).close()  # of an older program: it is brought up to date first
    to = PostgresqlLedger(address, at_hand)
    try:
        done = copying.copy(path, blobs, to, step)
    finally:
        to.close()
    when = datetime.now(UTC).isoformat(timespec="seconds")
    moved_file(path).write_text(f"to {copying.shown(address)} at {when}\n", "utf-8")
    return done


def back_up(address: str | Path, blobs: Path, folder: Path, step: Step) -> tuple[Path, int]:
    """(the file, how many blobs lie beside it). Raises LedgerError and OSError."""
    if folder.exists() and any(folder.iterdir()):
        raise LedgerRefused(f"{folder} is not empty: name a new folder with --to")
    if isinstance(address, Path):
        if not address.exists():
            raise LedgerRefused(f"there is no ledger at {address}")
        db = Database(address)
        try:
            return folder / NAME, backup(db, blobs, folder, step)
        finally:
            db.close()
    try:
        from adapters.ledger.postgresql import backup as dump
        from adapters.ledger.postgresql.connection import SCHEMA
    except ImportError:
        raise LedgerRefused(MISSING) from None
    return dump.backup(address, SCHEMA, folder), 0
