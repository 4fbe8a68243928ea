"""Making the schema, and bringing an older one up to date. Several hosts share it: it happens when somebody says so."""

from __future__ import annotations

import re

from adapters.ledger.postgresql.connection import Database
from adapters.ledger.postgresql.days import make, today
from adapters.ledger.postgresql.schema import MIGRATIONS, WORDS
from adapters.ledger.sql.database import Run
from router.errors import LedgerRefused

WORD = re.compile(rf"\b({'|'.join(WORDS)})\b")
VERSION = "SELECT coalesce(max(version), 0) FROM schema_version"


def schema_of(db: Database) -> int:
    """The number of the schema that is there; 0 where there is none."""
    if not db.read("SELECT to_regclass(?) IS NOT NULL", (f"{db.schema}.schema_version",))[0][0]:
        return 0
    return int(db.read(VERSION)[0][0])


def refuse_other(number: int) -> None:
    """Raises LedgerRefused for a schema that this program does not know, or that has to be brought up to date first."""
    if number > len(MIGRATIONS):
        raise LedgerRefused(
            f"the ledger has schema {number}, this program knows up to {len(MIGRATIONS)}: install the newer one"
        )
    if 0 < number < len(MIGRATIONS):
        raise LedgerRefused(
            f"the ledger has schema {number}, this program needs {len(MIGRATIONS)}: stop all hosts, then say"
            " crossdock ledger migrate"
        )


def looked_at(db: Database) -> tuple[int, int]:
    """(the schema that is there, the one that this program needs). Raises LedgerRefused for a newer one."""
    before = schema_of(db)
    if before > len(MIGRATIONS):
        refuse_other(before)
    return before, len(MIGRATIONS)


def migrate(db: Database) -> tuple[int, int]:
    """One transaction: (the schema before, the schema now). Raises LedgerRefused for a newer one."""
    before, _ = looked_at(db)
    with db.write() as run:
        db.guard(run, [f"migrate {db.schema}"])
        run(f"CREATE SCHEMA IF NOT EXISTS {db.schema}")
        run("CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY, at timestamptz DEFAULT now())")
        there = int(run(VERSION).get)
        for number, script in enumerate(MIGRATIONS[there:], there + 1):
            for statement in statements(script):
                run(statement)
            run("INSERT INTO schema_version VALUES (?)", (number,))
        make_days(db, run)
    return before, len(MIGRATIONS)


def make_days(db: Database, run: Run) -> None:
    make(db, run, today(db))


def statements(script: str) -> list[str]:
    """Each statement by itself, with the types of PostgreSQL."""
    bare = re.sub(r"(?m)^\s*--.*$", "", script)
    return [WORD.sub(lambda found: WORDS[found[1]], part.strip()) for part in bare.split(";") if part.strip()]
