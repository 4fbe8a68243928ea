"""PostgreSQL's errors as the ledger's: what may be tried again, what an operator must change. Never with a password."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import psycopg

from router.errors import LedgerAway, LedgerBusy, LedgerError, LedgerFull, LedgerMisnamed, LedgerRefused

AGAIN = {
    "40001": "others changed the same rows", "40P01": "it stood in a circle with others that wait",
    "55P03": "others held a lock for too long", "57014": "a statement took too long", "25P03": "a session stood still",
}  # fmt: skip
"""Somebody else was in the way; the transaction was rolled back."""
GONE = frozenset({"57P01", "57P02", "57P03", "57P05", "08000", "08001", "08003", "08004", "08006", "25006"})
"""The connection is over, or leads to a server that takes no writes (any more): another one is made."""
FULL = frozenset({"53100", "53200"})
HINT = " Is the server running"
CROWDED = frozenset({"53300", "53400"})
CLOSED = {
    "28P01": "it refuses the password: correct the user or the password in CROSSDOCK_LEDGER_URL",
    "28000": "it does not let this user in: look at its pg_hba.conf, and at the user in CROSSDOCK_LEDGER_URL",
    "3D000": "there is no such database: create it (createdb), or correct the name in CROSSDOCK_LEDGER_URL",
}
DENIED = "42501"
TO_MAKE = "make the user owner of the database, or GRANT CREATE on it"
TO_WRITE = (
    "put the owner of the schema's tables into CROSSDOCK_LEDGER_URL (inbound needs it, to make the days that come), or GRANT"
    " ALL ON SCHEMA crossdock, ON ALL TABLES IN SCHEMA crossdock and ON ALL SEQUENCES IN SCHEMA crossdock"
)
MISNAMED = re.compile(r"invalid \w+ value|invalid port number|could not match \d+ port|Servname not supported")
"""How libpq, and the resolver, call an address that leads nowhere whoever listens. What stands in it is not repeated: behind
an `@` or a `/` that was not encoded that may be a part of the password."""
UNREADABLE = (
    "the address in CROSSDOCK_LEDGER_URL cannot be read: write postgresql://USER:PASSWORD@HOST:PORT/DATABASE,"
    " with @, :, / and % of its parts encoded"
)


class Interrupted(LedgerBusy):
    """A transaction that was rolled back as a whole, by no fault of its own: it may be tried again at once."""


class Away(Interrupted, LedgerAway):
    """A connection that could not be made."""


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection is of no use any more."""
    return error.sqlstate in GONE or (error.sqlstate is None and isinstance(error, psycopg.OperationalError))


def explained(error: psycopg.Error) -> LedgerError:
    state = error.sqlstate
    text = first_line(error)
    if state in CLOSED:
        return LedgerRefused(f"PostgreSQL: {CLOSED[state]} ({text})")
    if state == DENIED:
        advice = TO_MAKE if "for database" in text else TO_WRITE
        return LedgerRefused(f"PostgreSQL: the user may not do this ({text}): {advice}")
    if state in FULL:
        return LedgerFull(f"PostgreSQL has no space left: {text}")
    if state in CROWDED:
        return LedgerBusy(f"PostgreSQL has no connection left ({text}): raise its max_connections, or run fewer processes")
    if state in AGAIN:
        return Interrupted(f"the ledger is busy: in PostgreSQL {AGAIN[state]}")
    if is_lost(error):
        return Interrupted(f"PostgreSQL: {text}")
    return LedgerError(f"PostgreSQL: {text}")


def unopened(error: psycopg.Error) -> LedgerError:
    """A connection that could not be made: libpq says it without a code."""
    text = " ".join(str(error).split())
    if isinstance(error, psycopg.ProgrammingError) or MISNAMED.search(text):
        return LedgerMisnamed(UNREADABLE)
    for state, words in (("28P01", "password authentication failed"), ("28P01", "no password supplied"),
                         ("28000", "no pg_hba.conf entry"), ("3D000", "does not exist")):  # fmt: skip
        if words in text:
            return LedgerRefused(f"PostgreSQL: {CLOSED[state]}")
    if "too many clients" in text or "remaining connection slots" in text:
        return LedgerBusy("PostgreSQL has no connection left: raise its max_connections, or run fewer processes")
    if "not accept SSL" in text or "received invalid response" in text or "expected authentication request" in text:
        return LedgerRefused(f"what answers at the address of CROSSDOCK_LEDGER_URL is no PostgreSQL: {text}")
    return Away(f"PostgreSQL cannot be reached: {text.partition(HINT)[0]}")


def first_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or (str(error).splitlines() or ["no reason given"])[0]).strip()


@contextlib.contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise explained(error) from error
