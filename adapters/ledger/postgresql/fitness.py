"""What `doctor` wants to know of a server: whether what it calls stored is safe, and whether we may work on it."""

from __future__ import annotations

from adapters.ledger.postgresql.clock import steady_ms
from adapters.ledger.postgresql.connection import Database
from adapters.ledger.postgresql.migration import refuse_other, schema_of
from adapters.ledger.postgresql.rights import is_owner, refuse_stranger

ASKED = """SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),
 current_setting('full_page_writes'), current_setting('max_connections')::int,
 (SELECT count(*) FROM pg_stat_activity), (SELECT count(*) FROM pg_stat_replication),
 (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))"""
FEW_CONNECTIONS = 20


def looked_at(url: str) -> tuple[str, list[str]]:
    """What is there in words, and what may lose messages or stop the work. Raises LedgerError."""
    db = Database(url)
    try:
        before = steady_ms()
        row = db.read(ASKED)[0]
        took = steady_ms() - before
        number = schema_of(db)
        refuse_other(number)
        refuse_stranger(db, number > 0)
        owner = is_owner(db)
    finally:
        db.close()
    version, synchronous, fsync, full_pages, most, used, standbys, in_step = row
    warnings = []
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
    return f"PostgreSQL {version.split()[0]}, {state}, answers in {took} ms", warnings
