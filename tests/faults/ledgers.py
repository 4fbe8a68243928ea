"""The ledger's lanes and locks, read (and once written) beside the product: by SQLite itself, or through psql."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from tests.faults.engines import Engines
from tests.faults.shop import Shop
from tests.integration.servers.postgresql import PostgreSQL


class Ledger:
    """What the engines have in common."""

    def rows(self, statement: str) -> list[Sequence[str]]:
        raise NotImplementedError

    def writing(self, pid: int) -> bool:
        """Whether that process (0: any) is in the middle of a transaction that writes."""
        raise NotImplementedError

    def lanes(self, target: str, pid: int = 0) -> dict[int, tuple[int, int]]:
        """Of the target, those that somebody (or that process) has: owner's pid and epoch by lane."""
        rows = self.rows(f"SELECT lane, owner, epoch FROM lane WHERE target='{target}' AND owner<>''")
        found = {int(lane): (int(owner.split("/")[1]), int(epoch)) for lane, owner, epoch in rows}
        return {lane: held for lane, held in found.items() if pid in (0, held[0])}

    def refused(self) -> int:
        """Commits that the fence refused so far."""
        return int(self.rows("SELECT coalesce(sum(value), 0) FROM counter WHERE name='fence_refused'")[0][0])

    def steady(self) -> int:
        """Milliseconds of the clock that leases go by."""
        raise NotImplementedError

    def leases_over(self, pid: int) -> bool:
        """Of a process, all of them: those of processing last twice as long as those of targets."""
        (last,) = self.rows(f"SELECT coalesce(max(lease_until), 0) FROM lane WHERE owner LIKE '%/{pid}/%'")[0]
        return int(last) < self.steady()

    def end_leases(self, pid: int) -> None:
        """As time does it."""
        self.rows(f"UPDATE lane SET lease_until=0 WHERE owner LIKE '%/{pid}/%' RETURNING lane")


class SqliteFile(Ledger):
    def __init__(self, var: Path) -> None:
        self.var = var

    @contextmanager
    def _open(self) -> Iterator[apsw.Connection]:
        db = apsw.Connection(str(self.var / "ledger.db"), flags=apsw.SQLITE_OPEN_READWRITE)
        db.set_busy_timeout(5000)
        yield db
        db.close()

    def rows(self, statement: str) -> list[Sequence[str]]:
        with self._open() as db:
            return [tuple(map(str, row)) for row in db.execute(statement)]

    def steady(self) -> int:
        return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)

    def writing(self, pid: int) -> bool:
        with (self.var / "ledger.lock").open("rb+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return pid in (0, int(file.read().strip() or 0))
        return False


class Database(Ledger):
    def __init__(self, server: PostgreSQL, name: str) -> None:
        self.server, self.name = server, name

    def end_leases(self, pid: int) -> None:
        """In the order in which the workers lock lanes."""
        mine = f"SELECT target, lane FROM lane WHERE owner LIKE '%/{pid}/%' ORDER BY target, lane FOR UPDATE"
        self.rows(f"UPDATE lane SET lease_until=0 WHERE (target, lane) IN ({mine}) RETURNING lane")

    def rows(self, statement: str) -> list[Sequence[str]]:
        return [line.split("|") for line in self.server.sql(statement, self.name).splitlines()]

    def steady(self) -> int:
        return int(self.rows("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")[0][0])

    def writing(self, pid: int) -> bool:
        """Of any process: the server does not know their pids."""
        busy = "state LIKE 'idle in transaction%' AND backend_xid IS NOT NULL"
        return self.rows(f"SELECT count(*) FROM pg_stat_activity WHERE datname='{self.name}' AND {busy}")[0][0] != "0"


def ledger_of(engines: Engines, shop: Shop) -> Ledger:
    if engines.postgresql is None:
        return SqliteFile(shop.folder / "var")
    url = next(word for word in shop.common if word.startswith("postgresql://"))
    return Database(engines.postgresql, url.rsplit("/", 1)[1])
