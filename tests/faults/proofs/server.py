"""Promise 3, by the server of the ledger: PostgreSQL killed, stopped, frozen, its connections cut, and one that comes back
and takes no writes. What was answered is kept; what could not be stored was refused, and said so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.faults.day import Day
from tests.faults.proof import Proof, Report, Terms
from tests.integration.servers.postgresql import PostgreSQL

CUTS = 20
"""Of all connections, one after the other."""
OURS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'crossdock'"
LONGEST = 15.0
"""Seconds from the server's return until all that was accepted before has arrived."""


async def play(terms: Terms) -> Report:
    server = terms.engines.postgresql
    assert server is not None
    done: list[str] = []
    async with Day(terms) as day:
        await day.flows(20)
        for _ in range(terms.of(1, 5)):
            harms = ways(server, terms.of(3, 20))
            for name in terms.chance.sample(sorted(harms), len(harms)):
                await day.more(100)
                await asyncio.to_thread(harms[name])
                day.struck(name, time.monotonic())
                done.append(name)
                await day.flows(30)
                await day.caught_up()  # else the next harm would be felt as a part of this one
        report = await day.finish(f"{len(done)} harms ({', '.join(dict.fromkeys(done))})")
        report.limit = LONGEST
        return report


def ways(server: PostgreSQL, pause: float) -> dict[str, Callable[[], None]]:
    return {
        "killed": lambda: kill(server),
        "stopped": lambda: stop(server),
        "paused": lambda: freeze(server, pause),
        "cut": lambda: cut(server),
        "read-only": lambda: refuse_writes(server, pause),
    }


def kill(server: PostgreSQL) -> None:
    server.kill()
    server.start()


def stop(server: PostgreSQL) -> None:
    server.stop()
    server.start()


def freeze(server: PostgreSQL, seconds: float) -> None:
    server.pause()
    time.sleep(seconds)
    server.resume()


def cut(server: PostgreSQL) -> None:
    for _ in range(CUTS):
        server.sql(OURS)


def refuse_writes(server: PostgreSQL, seconds: float) -> None:
    """As a primary that has become a standby: sessions can be had, transactions that write cannot."""
    server.sql("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on")
    server.sql(OURS)
    time.sleep(seconds)
    server.sql("BEGIN READ WRITE; ALTER ROLE CURRENT_USER RESET default_transaction_read_only; COMMIT")
    server.sql(OURS)


PROOF = Proof(
    "server", 3, "PostgreSQL killed, stopped, frozen, cut off, and taking no writes", play, ("postgresql",),
    elsewhere="SQLite has no server",
)  # fmt: skip
