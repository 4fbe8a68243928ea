"""The sources that `run inbound` works, by the first key of `from`. HTTP has a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.ailing import Note, unnoted
from adapters.amqp.broker import broker_of
from adapters.disk import make_folder
from adapters.inbound.amqp.source import AmqpSource
from adapters.inbound.folder.source import FolderSource
from adapters.inbound.redis_stream.group import Group
from adapters.inbound.redis_stream.source import RedisStreamSource
from adapters.inbound.redis_stream.take import Taker
from adapters.intake.gate import always_open
from adapters.ledger.sql.ledger import SqlLedger
from adapters.pausing import PausedRoutes, none_is_paused
from adapters.redis_server import Server
from router.receive import Receiver
from router.route import Connection, Route, Table


class Running(Protocol):
    """A source at work."""

    async def run(self, stop: asyncio.Event) -> None:
        """Takes what comes until `stop`. Waits out what is wrong with the other side, and says so in the log."""


@dataclass(frozen=True, slots=True)
class Dock:
    """What sources share: `node` names this process (its host, its boot) to the outside. `paused` and `closed`
    (why intake is, or ''), each of a route's id, are cheap; a source asks `holds` before each read, and takes nothing
    meanwhile."""

    table: Table
    receiver: Receiver
    ledger: SqlLedger
    node: str
    paused: Callable[[str], bool] = none_is_paused
    closed: Callable[[str], str] = always_open
    ailing: Callable[[str], Note] = lambda route: unnoted
    """Where a route's source says that it can take nothing in."""

    def holds(self, route: Route) -> Callable[[], bool]:
        """Whether somebody paused the route, or intake is closed for it."""
        return lambda: self.paused(route.id) or bool(self.closed(route.id))


def folder(route: Route, connection: Connection, dock: Dock) -> Running:
    path = Path(connection.options["path"])
    with suppress(OSError):  # the first look says what is wrong with it
        make_folder(path)
    within = dock.table.keep.messages
    return FolderSource(route, path, dock.receiver, dock.ledger, within, paused=dock.holds(route), note=dock.ailing(route.id))


def redis(route: Route, connection: Connection, dock: Dock) -> Running:
    """The reader's name stays the same over restarts, and is another one on another node or for another route."""
    options = route.source.options
    reader = f"{dock.node.partition('/')[0]}:{route.id}"
    group = Group(Server(connection.options), str(options["stream"]), str(options["group"]), reader)
    taker = Taker(route, dock.receiver, dock.ledger.blob, dock.table.keep.messages)
    return RedisStreamSource(route.id, group, taker.store, paused=dock.holds(route), note=dock.ailing(route.id))


def amqp(route: Route, connection: Connection, dock: Dock) -> Running:
    broker = broker_of(str(connection.options["url"]), Path(connection.options.get("base") or "."))
    paused, within = dock.holds(route), dock.table.keep.messages
    note = dock.ailing(route.id)
    return AmqpSource(route, connection, broker, dock.receiver, dock.ledger, within, paused=paused, note=note)


SOURCES: Mapping[str, Callable[[Route, Connection, Dock], Running]] = {
    "folder": folder,
    "amqp": amqp,
    "redis": redis,
}


def open_sources(
    table: Table, receiver: Receiver, ledger: SqlLedger, node: str, closed: Callable[[str], str] = always_open,
    ailing: Callable[[str], Note] = lambda route: unnoted,
) -> dict[str, Running]:  # fmt: skip
    """One for each enabled route with a source of these kinds, by its id."""
    dock = Dock(table, receiver, ledger, node, PausedRoutes(ledger.paused_routes), closed, ailing)
    routes = [r for r in table.routes.values() if r.enabled and r.source.kind in SOURCES]
    return {r.id: SOURCES[r.source.kind](r, table.connections[str(r.source.connection)], dock) for r in routes}
