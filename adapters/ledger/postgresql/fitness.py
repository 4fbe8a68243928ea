"""What `doctor` wants to know of a server: whether what it calls stored is safe, and whether we may work on it."""

from __future__ import annotations

import time

from adapters.ledger.postgresql.clock import steady_ms
from adapters.ledger.postgresql.connection import Database
from adapters.ledger.postgresql.migration import refuse_other, schema_of
from adapters.ledger.postgresql.rights import is_owner, refuse_stranger

ASKED = """SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),
 current_setting('full_page_writes'), current_setting('max_connections')::int,
 (SELECT count(*) FROM pg_stat_activity), (SELECT count(*) FROM pg_stat_replication),
 (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
 extract(epoch FROM clock_timestamp())::float8"""
FEW_CONNECTIONS = 20
APART, FAR_APART = 5.0, 60.0
"""Seconds between the clocks of this host and of the server that are worth a word, and that are wrong."""


def looked_at(url: str) -> tuple[str, list[str], list[str]]:
    """What is there in words, what may lose messages or stop the work, and what is plainly wrong. Raises LedgerError."""
    db = Database(url)
    try:
        begun, before = host_clock(), steady_ms()
        row = db.read(ASKED)[0]
        took = steady_ms() - before
        number = schema_of(db)
        refuse_other(number)
        refuse_stranger(db, number > 0)
        owner = is_owner(db)
    finally:
        db.close()
    version, synchronous, fsync, full_pages, most, used, standbys, in_step, at = row
    warnings, wrong = drift(begun + took / 2000 - at)
    if synchronous == "off":
        warnings.append("synchronous_commit is off: messages that were acknowledged can be lost at a crash")
    if fsync == "off" or full_pages == "off":
        warnings.append("fsync or full_page_writes is off: a power cut can destroy the ledger")
    if not owner:
        warnings.append("the user does not own the tables: inbound cannot make the days that come")
    if standbys and not in_step:
        warnings.append(
            "no standby is synchronous: a failover may lose what was acknowledged; set synchronous_standby_names"
        )
    if most - used < FEW_CONNECTIONS:
        warnings.append(f"{used} of {most} connections are taken: raise max_connections")
    state = f"schema {number}" if number else "no schema yet, the first start makes it"
    return f"PostgreSQL {version.split()[0]}, {state}, answers in {took} ms", warnings, wrong


def host_clock() -> float:
    """Seconds since 1970, by this host."""
    return time.time()


def drift(seconds: float) -> tuple[list[str], list[str]]:
    """What is to be said of a host whose clock is so many seconds before the server's: as a warning, or as wrong."""
    if abs(seconds) <= APART:
        return [], []
    apart = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'}"
    said = f"this host's clock is {apart} PostgreSQL's, let NTP keep both"
    return ([], [said]) if abs(seconds) > FAR_APART else ([said], [])
