"""A glance at a ledger for who types: nothing is made, locked, migrated or waited for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from adapters.ledger.sql.deadletters import letter_id
from adapters.ledger.sqlite.connection import refuse_newer, translated

MOST = 50
NEWEST = 10_000
"""Dead letters that are looked through, the newest first."""
PATIENCE_MS = 100
READING = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
AFTER = "\x7f"
"""Sorts behind every character of an id."""


def schema_of(path: Path) -> int:
    """The number of its schema, where it can be read and this program knows it. Raises LedgerError."""
    with translated(path):
        file = apsw.Connection(f"file:{quote(str(path))}?mode=ro", flags=READING)
        try:
            file.set_busy_timeout(PATIENCE_MS)
            number = int(file.execute("PRAGMA user_version").get)
            file.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        finally:
            file.close()
    refuse_newer(number)
    return number


class Peek:
    """Ids that begin with `start`, the newest first, at most 50. Raises apsw.Error."""

    def __init__(self, path: Path) -> None:
        self._file = apsw.Connection(f"file:{quote(str(path))}?mode=ro", flags=READING)
        self._file.set_busy_timeout(PATIENCE_MS)

    def _read(self, sql: str, *bindings: Any) -> list[Any]:
        return list(self._file.execute(sql, bindings))

    def messages(self, start: str) -> list[str]:
        """By id, which sorts by time: however many there are, fifty are read."""
        sql = f"SELECT id FROM message WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT {MOST}"
        return [str(id) for (id,) in self._read(sql, start, start + AFTER)]

    def dead(self, start: str) -> list[str]:
        message = start.partition(":")[0]
        sql = (
            "SELECT m.id, p.target, p.record FROM (SELECT seq, target, record FROM parked WHERE state='dead'"
            f" ORDER BY last_at DESC LIMIT {NEWEST}) p JOIN message m ON m.seq = p.seq WHERE m.id >= ? AND m.id < ?"
        )
        found = (letter_id(*row) for row in self._read(sql, message, message + AFTER))
        return [id for id in found if id.startswith(start)][:MOST]

    def dead_values(self, column: str, start: str) -> list[str]:
        """What dead letters have there: `signature`, `error` or `stage`."""
        if column not in ("signature", "error", "stage"):
            raise ValueError(column)
        sql = (
            f"SELECT DISTINCT {column} FROM (SELECT {column} FROM parked WHERE state='dead' ORDER BY last_at DESC"
            f" LIMIT {NEWEST}) ORDER BY 1"
        )
        return [str(value) for (value,) in self._read(sql) if str(value).startswith(start)][:MOST]

    def jobs(self, start: str) -> list[str]:
        ids = (str(id) for (id,) in self._read("SELECT id FROM job ORDER BY id DESC"))
        return [id for id in ids if id.startswith(start)][:MOST]

    def places(self, start: str) -> list[str]:
        """Routes, and targets as ROUTE.TARGET."""
        names = (str(name) for (name,) in self._read("SELECT DISTINCT target FROM lane ORDER BY target"))
        return [name for name in names if name.startswith(start)]

    def close(self) -> None:
        self._file.close()
