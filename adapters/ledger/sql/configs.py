"""Config versions: the text of everything, stored whole, so that work is computed by the version that accepted it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from adapters.ledger.sql.database import Database
from adapters.ledger.sql.deadletters import audit
from router.ledger import COMMANDED, STARTED, Version, VersionEntry

ENTRY = "SELECT version, sha256, by, at, reason, how, of FROM config ORDER BY version DESC LIMIT ?"


def packed_with_hash(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    packed = msgspec.msgpack.encode(dict(sorted(files.items())))
    return packed, hashlib.sha256(packed).hexdigest()


class Configs:
    """The version half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def store_version(self, files: Mapping[str, bytes], by: str, reason: str, how: str = STARTED, of: int = 0) -> int:
        """The number of this text: a new one where it differs from the newest."""
        packed, digest = packed_with_hash(files)
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
            run("INSERT INTO config VALUES (?,?,?,?,?,?,?,?)", (number, digest, packed, by, now, reason, how, of))
            if how in COMMANDED:
                audit(run, now, by, how, f"version {number}", reason)
        return number

    def versions(self, limit: int = 1_000_000) -> list[VersionEntry]:
        """The history, the newest first. Cheap, unlike the text."""
        return [VersionEntry(*row) for row in self.db.read(ENTRY, (limit,))]

    def newest_version(self) -> VersionEntry | None:
        """None where there is none yet."""
        return next(iter(self.versions(1)), None)

    def hash_of(self, files: Mapping[str, bytes]) -> str:
        """As `sha256` of the entry of a version with this text."""
        return packed_with_hash(files)[1]

    def version(self, number: int) -> Version | None:
        """0 is the newest."""
        where = "version=?" if number else "version=(SELECT max(version) FROM config) AND 0=?"
        rows = self.db.read(f"SELECT version, files, by, at, reason FROM config WHERE {where}", (number,))
        if not rows:
            return None
        version, packed, by, at, reason = rows[0]
        return Version(version, msgspec.msgpack.decode(packed, type=dict[str, bytes]), by, at, reason)
