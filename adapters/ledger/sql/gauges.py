"""Figures for metrics, read when they are asked for, so that they can never drift from the rows."""

from __future__ import annotations

from collections import defaultdict

from adapters.ledger.sql.database import Database
from router import ranges


class Gauges:
    """The metric half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def gauges(self) -> list[tuple[str, str, float]]:
        """(what, of which, how much): `open oldest delivered` by target, `parked.STATE` by target, `accepted` by route,
        `fate.STATE` by route, `circuit` by connection (1: open), `counter` by name."""
        return [*self._open(), *self._parked(), *self._ended(), *self._circuits()]

    def _open(self) -> list[tuple[str, str, float]]:
        units: dict[str, int] = defaultdict(int)
        oldest: dict[str, int] = {}
        for target, rest, created in self.db.read("SELECT target, rest, created_at FROM work WHERE state=0"):
            units[target] += ranges.size(rest)
            oldest[target] = min(oldest.get(target, created), created)
        now = self.db.clock.now()
        found = [("open", t, float(n)) for t, n in units.items()]
        return [*found, *(("oldest", t, (now - at) / 1000) for t, at in oldest.items())]

    def _parked(self) -> list[tuple[str, str, float]]:
        rows = self.db.read("SELECT target, state, count(*) FROM parked GROUP BY target, state")
        return [(f"parked.{state}", target, float(n)) for target, state, n in rows]

    def _ended(self) -> list[tuple[str, str, float]]:
        delivered = self.db.read("SELECT target, sum(delivered) FROM lane WHERE delivered > 0 GROUP BY target")
        accepted = self.db.read("SELECT route, sum(n) FROM batch GROUP BY route")
        fates = self.db.read("SELECT target, state, sum(n) FROM fate GROUP BY target, state")
        return [
            *(("delivered", t, float(n)) for t, n in delivered),
            *(("accepted", r, float(n)) for r, n in accepted),
            *((f"fate.{state}", t, float(n)) for t, state, n in fates),
        ]

    def _circuits(self) -> list[tuple[str, str, float]]:
        circuits = self.db.read("SELECT connection, circuit FROM destination")
        counters = self.db.read("SELECT name, value FROM counter WHERE name NOT LIKE '%:%'")
        return [
            *(("circuit", c, float(state == "open")) for c, state in circuits),
            *(("counter", name, float(value)) for name, value in counters),
        ]
