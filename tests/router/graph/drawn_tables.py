"""Tables for pictures: by hand, so that nothing but the table is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.message import Message
from router.route import Connection, Otherwise, Route, Send, Source, Table, Target, own_connection


class Written:
    """An expression of which only its text matters."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, message: Message, **names: Any) -> Any:
        raise AssertionError("a picture computes nothing")


def send(kind: str, connection: str, **options: Any) -> Send:
    name = own_connection(connection) if kind == "route" else connection
    return Send(kind, name, {kind: connection, **options}, lambda message: None)


def table(*routes: Route, connections: Mapping[str, str] | None = None) -> Table:
    made = {id: Connection(id, type, about=f"what {id} is") for id, type in (connections or {}).items()}
    return Table(1, {route.id: route for route in routes}, made, {})


def shop() -> Table:
    """Two routes, the second fed by the first; a fallback and an end without a target."""
    events = Route(
        "events", Source("amqp", {"amqp": "bus", "queue": "stock"}), owner="fulfilment",
        about='what <happened> & "when"',
        targets=(
            Target("returns", "events", send("http", "erp", method="POST", path=Written("/returns")),
                   when=Written("body.type == 'return'"), fallback=send("folder", "out", name=Written("{{ message.id }}"))),
            Target("levels", "events", send("route", "levels"), when=Written("body.qty < 0")),
        ),
        otherwise=Otherwise("dead", "no rule"),
    )  # fmt: skip
    levels = Route("levels", Source("route", {"route": True}), (Target("dwh", "levels", send("sql", "dwh", table="stock")),),
                   owner="reports")  # fmt: skip
    return table(events, levels, connections={"bus": "amqp", "erp": "http", "out": "folder", "dwh": "sql"})


def many(routes: int, owners: int) -> Table:
    """Routes from folders to a system or two, each with an owner."""
    made = []
    for n in range(routes):
        targets = [Target("lake", f"flow-{n}", send("folder", f"lake-{n % 7}", name=Written("{{ file.name }}")))]
        if n % 3 == 0:
            targets.append(Target("erp", f"flow-{n}", send("http", "erp", path=Written("/x")), when=Written("body.x")))
        source = Source("folder", {"folder": f"inbox-{n % 40}", "files": f"F{n}_*.csv"})
        made.append(Route(f"flow-{n}", source, tuple(targets), owner=f"team-{n % owners}"))
    return table(*made)
