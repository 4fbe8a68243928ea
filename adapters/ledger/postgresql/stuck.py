"""Transactions of processes that stand still: they hold rows that everybody else waits for.

A server ends a session that is idle in a transaction by itself, but not one that has sent half of a pipeline. That of a
host which is gone is ended by the server's keepalives.
"""

from __future__ import annotations

import time

import structlog

from adapters.ledger.postgresql.connection import Database

PATIENCE = 10
"""Seconds that a transaction may wait for the next word of its process. None of ours waits for anything in between."""
EVERY = 2.0
STUCK = f"""
SELECT pid, client_addr::text, pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user AND application_name = 'crossdock' AND pid <> pg_backend_pid()
   AND xact_start IS NOT NULL AND wait_event = 'ClientRead'
   AND query_start < clock_timestamp() - interval '{PATIENCE} s'"""

log = structlog.get_logger("crossdock.ledger")


class Stuck:
    """Ends them, at most every two seconds. Their outcome is lost; their work is done again, as after a kill."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._looked = float("-inf")

    def look(self) -> int:
        if time.monotonic() - self._looked < EVERY:
            return 0
        self._looked = time.monotonic()
        found = self.db.read(STUCK)
        for pid, host, _ in found:
            log.warning("a process stands still inside of a transaction: the server ended that", action="ledger_freed",
                        host=host, backend=pid)  # fmt: skip
        return len(found)
