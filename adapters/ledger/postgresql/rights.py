"""What the user of the address may do in PostgreSQL: tried where something is about to run, asked where somebody looks."""

from __future__ import annotations

from contextlib import suppress

from adapters.ledger.postgresql.connection import Database
from adapters.ledger.postgresql.errors import TO_MAKE, TO_WRITE
from router.errors import LedgerFull, LedgerRefused

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
MAY_MAKE = "SELECT has_database_privilege(current_database(), 'CREATE'), current_user, current_database()"
LACKING = f"""SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ?
 AND ((c.relkind IN ('r', 'p') AND NOT c.relispartition
 AND NOT ({' AND '.join(f"has_table_privilege(c.oid, '{one}')" for one in ALL)}))
 OR (c.relkind = 'S' AND NOT (has_sequence_privilege(c.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'UPDATE'))))
 ORDER BY 1"""
OWNED = """SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ? AND c.relname = 'message'"""
TOUCHED = "UPDATE lane SET epoch = epoch WHERE false"
"""Asks for the right, and changes nothing."""
SHOWN = 3


class _Enough(Exception):
    """It could be written."""


def refuse_reader(db: Database) -> None:
    """Tries what each transaction does, and rolls it back. Raises LedgerRefused where the user may only read; a disk that is
    full is another matter."""
    with suppress(_Enough, LedgerFull), db.write() as run:
        run(TOUCHED)
        db.marks.set(run, db.clock.now())
        db.changes()  # waits for the answers
        raise _Enough


def refuse_stranger(db: Database, made: bool) -> None:
    """Asks for all that the work needs, of a schema that is `made` or that the first start makes. Raises LedgerRefused."""
    if not made:
        may, user, database = db.read(MAY_MAKE)[0]
        if not may:
            raise LedgerRefused(f"PostgreSQL: {user} may not make the ledger's schema in {database}: {TO_MAKE}")
        return
    lacking = [str(name) for (name,) in db.read(LACKING, (db.schema,))]
    if lacking:
        more = ", …" if len(lacking) > SHOWN else ""
        raise LedgerRefused(f"PostgreSQL: the user may not write {', '.join(lacking[:SHOWN])}{more}: {TO_WRITE}")


def is_owner(db: Database) -> bool:
    """Whether the user may make the parts of the days that come."""
    return all(mine for (mine,) in db.read(OWNED, (db.schema,)))
