"""Large bodies: chunks in the database, so that every host reads them; and a folder of files that this host has at hand."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from adapters.ledger.postgresql.connection import Database
from adapters.ledger.sql.blobs import BlobFolder, locked
from adapters.ledger.sql.database import Run

CHUNK, AT_ONCE = 256 * 1024, 32
"""Bytes of one, and how many are held in memory."""
SEQ, BLOB = 0, 13
"""Columns of a message's row as intake writes it."""
AT_HAND = 3600.0
"""Seconds for which a file that nobody asked for stays."""
BETWEEN_SWEEPS = 600.0


class Bodies(BlobFolder):
    """The files are copies: whatever is not there is fetched."""

    def __init__(self, root: Path, db: Database) -> None:
        super().__init__(root)
        self.db = db
        self._swept = time.monotonic()

    def keep(self, run: Run, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            if row[BLOB] is not None:
                self.store(row[SEQ], self.root / row[BLOB])

    def store(self, seq: int, path: Path) -> None:
        """A few chunks at a time: memory stays small whatever the size."""
        with path.open("rb") as file:
            numbered = enumerate(iter(lambda: file.read(CHUNK), b""))
            while some := [(seq, n, data) for n, data in islice(numbered, AT_ONCE)]:
                self.db.load("body", "seq, n, data", some)

    def forget(self, run: Run, first: int, last: int) -> None:
        run("DELETE FROM body WHERE seq BETWEEN ? AND ?", (first, last))

    def size(self, name: str) -> int:
        seq, _ = self._found(name)
        return int(self.db.read("SELECT coalesce(sum(length(data)), 0) FROM body WHERE seq=?", (seq,))[0][0])

    def used(self) -> int:
        """Of chunks only their lengths are read: large ones lie apart from their rows."""
        return int(self.db.read("SELECT coalesce(sum(length(data)), 0) FROM body")[0][0])

    def path(self, name: str) -> Path:
        path = self.root / name
        try:
            os.utime(path)
        except FileNotFoundError:
            self._fetch(name, path)
        return path

    def _fetch(self, name: str, path: Path) -> None:
        self._sweep()
        path.parent.mkdir(parents=True, exist_ok=True)
        seq, size = self._found(name)
        temp = path.with_name(f".{path.name}.{os.getpid()}")
        with temp.open("wb") as file:
            n = 0
            while found := self.db.read("SELECT data FROM body WHERE seq=? AND n=?", (seq, n)):
                file.write(found[0][0])
                n += 1
            fetched = file.tell()
        if fetched != size:
            temp.unlink()
            raise OSError(errno.EIO, f"the ledger has {fetched} of its {size} bytes", name)
        temp.rename(path)

    def _found(self, name: str) -> tuple[int, int]:
        """(place in the ledger, bytes) of the message that has this body."""
        rows = self.db.read("SELECT seq, size FROM message WHERE id=?", (Path(name).name,))
        if not rows:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return int(rows[0][0]), int(rows[0][1])

    def orphans(self, known: Callable[[str], bool], age: float) -> Iterator[Path]:
        """Whatever is at hand and was not asked for lately: it can be fetched again."""
        for path in self.root.glob("*/*"):
            try:
                old = path.stat().st_mtime < time.time() - max(age, AT_HAND)
            except OSError:
                continue
            if old and not locked(path):
                yield path

    def _sweep(self) -> None:
        if time.monotonic() - self._swept > BETWEEN_SWEEPS:
            self._swept = time.monotonic()
            for path in self.orphans(lambda name: False, AT_HAND):
                path.unlink(missing_ok=True)
