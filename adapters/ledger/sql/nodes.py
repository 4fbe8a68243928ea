"""Which processes share the ledger: each says now and then that it is there, and which version of the project it serves."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.ledger.sql.database import Database

FORGOTTEN = 86_400_000
"""Milliseconds after which one that is away is no longer told of."""
AWAY = 30_000
"""Milliseconds without a beat after which a process is away."""


@dataclass(frozen=True, slots=True)
class Node:
    """A role of a host. `name` is its node's, `host` what people call the machine."""

    name: str
    role: str
    host: str
    version: int
    beat_at: int
    away: bool


class Nodes:
    """What `status` shows of hosts."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def beat(self, name: str, role: str, host: str, version: int) -> None:
        now = self.db.clock.now()
        with self.db.write() as run:
            run(
                "INSERT INTO node VALUES (?,?,?,?,?) ON CONFLICT (name, role)"
                " DO UPDATE SET host=excluded.host, version=excluded.version, beat_at=excluded.beat_at",
                (name, role, host, version, now),
            )
            run("DELETE FROM node WHERE beat_at<?", (now - FORGOTTEN,))

    def nodes(self) -> list[Node]:
        now = self.db.clock.now()
        rows = self.db.read(
            "SELECT name, role, host, version, beat_at FROM node WHERE beat_at>=? ORDER BY host, name, role", (now - FORGOTTEN,)
        )
        return [Node(name, role, host, version, at, abs(now - at) > AWAY) for name, role, host, version, at in rows]
