"""SQLite's errors in the words of Crossdock: is the row wrong, or the database?"""

from __future__ import annotations

import apsw

from adapters.outbound.sql.session import Failed, Refused

BUSY = (apsw.BusyError, apsw.LockedError)
WRONG = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError, apsw.SQLError, apsw.BindingsError)
"""What a row, or the route, is to blame for."""
NOT_READY = ("no such table", "ON CONFLICT clause does not match", "no such module", "no such database")
"""What whoever owns the database can put right: the message waits for it."""
HINTS = {"ON CONFLICT clause does not match": "; a unique index on the columns of 'conflict' or 'id_column' is missing"}


def explained(error: apsw.Error) -> Refused | Failed:
    """Of a statement."""
    said = str(error).strip()[:500]
    reason = f"{said} [{code_of(error)}]" if code_of(error) else said
    if isinstance(error, BUSY):
        return Failed("timeout", f"another process held its lock for too long: {reason}")
    if isinstance(error, apsw.InterruptError):
        return Failed("timeout", f"it took too long: {reason}")
    if isinstance(error, WRONG):
        begun = next((words for words in NOT_READY if words in said), None)
        return Refused(reason) if begun is None else Failed("io", reason + HINTS.get(begun, ""), True)
    return Failed("io", reason)


def unopened(error: apsw.Error, path: str) -> Failed:
    """Of the first look at a file."""
    if isinstance(error, BUSY):
        return Failed("timeout", f"another process held the lock of {path} for too long")
    return Failed("connect", f"{path} cannot be opened: {error}")


def code_of(error: apsw.Error) -> str:
    """Its name in SQLite, such as SQLITE_CONSTRAINT_CHECK."""
    extended, plain = getattr(error, "extendedresult", 0), getattr(error, "result", 0)
    return str(apsw.mapping_extended_result_codes.get(extended) or apsw.mapping_result_codes.get(plain) or "")
