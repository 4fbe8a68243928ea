"""Which ledger and which broker a proof runs on, and the other system's RabbitMQ. Each shop gets a database of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.process import Server
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.valkey import Valkey

COMBOS = ("sqlite-valkey", "postgresql-valkey", "postgresql-rabbitmq", "sqlite-rabbitmq")
"""Ledger and broker. The first one is the embedded default."""
DEFAULT = COMBOS[0]


@dataclass
class Engines:
    """`bus`: where the messages of AMQP sources come from, never the broker. `broker` None: the embedded one."""

    combo: str = DEFAULT
    bus: RabbitMQ | None = None
    postgresql: PostgreSQL | None = None
    broker: Valkey | RabbitMQ | None = None

    def options(self) -> list[str]:
        """For each command of one shop, whose ledger is empty."""
        found = ["--broker", self.broker.url] if self.broker is not None else []
        if self.postgresql is not None:
            name = f"faults_{uuid.uuid4().hex[:12]}"
            self.postgresql.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            found += ["--ledger", f"{self.postgresql.url.rsplit('/', 1)[0]}/{name}"]
        return found

    def recover(self) -> None:
        """Between two proofs: everything runs."""
        for server in (self.bus, self.postgresql, self.broker):
            if server is not None:
                server.recover()


def started(combo: str, folder: Path, stack: ExitStack) -> Engines:
    """All servers of a combination, until the stack closes. Raises Absent."""

    def start(name: str, kind: Callable[[Path], Server]) -> Server:
        (folder / name).mkdir(parents=True)
        server = kind(folder / name)
        stack.callback(server.close)
        server.start()
        return server

    ledger, broker = combo.split("-")
    engines = Engines(combo)
    engines.bus = start("bus", RabbitMQ)  # type: ignore[assignment]
    if ledger == "postgresql":
        engines.postgresql = start("postgresql", PostgreSQL)  # type: ignore[assignment]
    if broker == "rabbitmq":
        engines.broker = start("broker", RabbitMQ)  # type: ignore[assignment]
    elif combo != DEFAULT:
        engines.broker = start("broker", Valkey)  # type: ignore[assignment]
    return engines
