"""PostgreSQL's errors in the words of Crossdock: is the row wrong, or the database?

The codes are those of the manual's appendix A; a class is their first two characters.
"""

from __future__ import annotations

import re

import psycopg

from adapters.outbound.sql.session import Failed, Refused

AGAIN = frozenset({"40001", "40P01"})
"""Another transaction was in the way: the same one, done again, goes through."""
CUT = frozenset({"08", "57P01", "57P02", "57P03", "57P05", "25P03"})
LATE = frozenset({"57014"})
WRONG = frozenset({"0A", "21", "22", "23", "2F", "38", "39", "42", "44", "54", "P0"})
"""What a row, or the route, is to blame for."""
NOT_READY = frozenset({"42501", "42P01", "42P10", "3F000"})
"""What whoever owns the database can put right: a right, a table, a unique index, a schema. The message waits for it."""
HINTS = {"42P10": "a unique index on the columns of 'conflict' or 'id_column' is missing",
         "42P18": "say what it is: write :name::type in the statement"}  # fmt: skip
PARAMETER = re.compile(r"parameter \$(\d+)")


def explained(error: psycopg.Error) -> Refused | Failed:
    """Of a statement or a commit."""
    code = error.sqlstate or ""
    if not code or CUT & {code, code[:2]}:
        return Failed("reset", f"the connection was cut, what became of the batch is not known: {in_words(error)}")
    if code in LATE:
        return Failed("timeout", in_words(error))
    if code[:2] in WRONG and code not in NOT_READY:
        return Refused(in_words(error))
    return Failed("io", in_words(error), code in NOT_READY | AGAIN)


def unopened(error: psycopg.Error, missing: str = "") -> Failed:
    """Of the first look at a server. `missing` is a file of TLS that is not there: the driver does without some of them, and
    does not say which option named the others."""
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return Failed("timeout", "the server let nobody in within the time")
    return Failed("connect", f"{missing}; {in_words(error)}" if missing else in_words(error))


def in_words(error: psycopg.Error) -> str:
    """`what: detail [SQLSTATE 23505, constraint x, column y]`."""
    diag = error.diag
    said = diag.message_primary or str(error) or type(error).__name__
    detail = f": {diag.message_detail}" if diag.message_detail else ""
    hint = f"; {HINTS[error.sqlstate]}" if error.sqlstate in HINTS else ""
    named = {"SQLSTATE": error.sqlstate, "constraint": diag.constraint_name, "column": diag.column_name}
    where = ", ".join(f"{what} {name}" for what, name in named.items() if name)
    return " ".join(f"{said}{detail}".split())[:500] + hint + (f" [{where}]" if where else "")


def parameter_of(error: psycopg.Error) -> int | None:
    """Which parameter, counted from 1, could not be read as its column's type."""
    found = PARAMETER.search(error.diag.context or "")
    return int(found[1]) if found else None
