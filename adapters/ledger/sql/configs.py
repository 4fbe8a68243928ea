"""Config versions: the text of everything, stored whole, so that work is computed by the version that accepted it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from adapters.ledger.sql.database import Database
from router.ledger import Version


class Configs:
    """The version half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def store_version(self, files: Mapping[str, bytes], by: str, reason: str) -> int:
        """The number of this text: a new one where it differs from the newest."""
        packed = msgspec.msgpack.encode(dict(sorted(files.items())))
        digest = hashlib.sha256(packed).hexdigest()
        newest = "SELECT version, sha256 FROM config ORDER BY version DESC LIMIT 1"
        rows = self.db.read(newest)
        if rows and rows[0][1] == digest:
            return int(rows[0][0])
        with self.db.write() as run:
            self.db.guard(run, ["config"])
            row = run(newest).fetchone()
            if row is not None and row[1] == digest:
                return int(row[0])
            number = (int(row[0]) if row is not None else 0) + 1
            now = self.db.clock.now()
            run("INSERT INTO config VALUES (?,?,?,?,?,?)", (number, digest, packed, by, now, reason))
        return number

    def newest_version(self) -> tuple[int, str, int]:
        """(number, by whom, epoch ms); 0 where there is none. Cheap, unlike the text."""
        rows = self.db.read("SELECT version, by, at FROM config ORDER BY version DESC LIMIT 1")
        return (int(rows[0][0]), str(rows[0][1]), int(rows[0][2])) if rows else (0, "", 0)

    def version(self, number: int) -> Version | None:
        """0 is the newest."""
        where = "version=?" if number else "version=(SELECT max(version) FROM config) AND 0=?"
        rows = self.db.read(f"SELECT version, files, by, at, reason FROM config WHERE {where}", (number,))
        if not rows:
            return None
        version, packed, by, at, reason = rows[0]
        return Version(version, msgspec.msgpack.decode(packed, type=dict[str, bytes]), by, at, reason)
