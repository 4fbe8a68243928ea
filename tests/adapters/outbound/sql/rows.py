"""Parcels for tables, as the router makes them, and a table of SQLite for them to arrive in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from adapters.outbound.sql.address import prepare
from adapters.outbound.sql.kind import SqlKind
from adapters.outbound.sql.target import SqlTarget
from router.errors import ExpressionError
from router.message import Envelope, Message, utc_now
from router.ports import Expression, Member, Outcome, Parcel
from transforms.codecs.json import encode
from transforms.expressions import compile_expression

ARRIVED = "CREATE TABLE {} (id text PRIMARY KEY, body text NOT NULL)"
"""What the contract suite looks at, in both dialects."""
LINES = (
    "CREATE TABLE {} (sku varchar(8) PRIMARY KEY, qty integer CHECK (qty >= 0), price numeric(8,2) NOT NULL, note text UNIQUE)"
)


def message(body: Any, id: str = "m") -> Message:
    return Message(Envelope(id, "r", "s", utc_now(), raw=b""), body)


def expressions(texts: Mapping[str, str]) -> dict[str, Expression]:
    return {name: compile_expression(text) for name, text in texts.items()}


def parcel(n: int, send: Mapping[str, Any], body: Any) -> Parcel:
    """The n-th delivery of a body by the options of `send`; columns and params are texts of expressions."""
    return parcels(send, [body], n)[0]


def parcels(send: Mapping[str, Any], bodies: Sequence[Any], first: int = 1) -> list[Parcel]:
    address = prepare(compiled(send))
    made = [(f"m{n}", body) for n, body in enumerate(bodies, first)]
    return [
        Parcel(f"{id}:dwh", f"{id}:dwh", encode(body), "application/json", address(message(body, id))) for id, body in made
    ]


def compiled(send: Mapping[str, Any]) -> dict[str, Any]:
    return {k: expressions(v) if k in ("columns", "params") else v for k, v in send.items()}


def array(id: str, send: Mapping[str, Any], bodies: Sequence[Any]) -> Parcel:
    """As the router makes it of `collect: {records}`."""
    address = prepare(compiled(send))
    members = tuple(Member(f"m{n}:dwh", body, address(message(body, f"m{n}"))) for n, body in enumerate(bodies, 1))
    return Parcel(f"{id}:dwh", f"{id}:dwh", encode(list(bodies)), "application/json", members[0].address, 1, members)


def to_arrived(n: int, table: str, body: str | None) -> Parcel:
    """For the contract suite: the body as a text in a column."""
    send = {"table": table, "id_column": "id", "columns": {"body": "body.text"}}
    made = parcel(n, send, {"text": body})
    return Parcel(made.delivery_id, made.idempotency_key, (body or "").encode(), "text/plain", made.address)


def line(n: int, **changes: Any) -> dict[str, Any]:
    return {"sku": f"S-{n}", "qty": n, "price": "1.50", **changes}


def undefined(message: Message, **names: Any) -> Any:
    raise ExpressionError("body.x is undefined", "undefined")


def open_target(url: str, base: Path = Path("/nowhere"), timeout: float = 10.0, in_flight: int = 32) -> SqlTarget:
    return SqlKind().open("dwh", {"url": url, "base": base, "timeout": timeout, "in_flight": in_flight}, 1)


async def send_once(url: str, base: Path, made: Sequence[Parcel], timeout: float = 10.0) -> list[Outcome]:
    target = open_target(url, base, timeout)
    try:
        return await target.send(made)
    finally:
        await target.close()


class Database:
    """A file of SQLite in a folder, seen from outside the product."""

    def __init__(self, folder: Path, *statements: str) -> None:
        self.folder, self.path, self.url = folder, folder / "shop.db", "sqlite:///shop.db"
        self.connection = apsw.Connection(str(self.path))
        for statement in statements:
            self.run(statement)

    def run(self, statement: str, values: Any = ()) -> list[Any]:
        return list(self.connection.execute(statement, values))

    async def send(self, made: Sequence[Parcel], timeout: float = 10.0) -> list[Outcome]:
        return await send_once(self.url, self.folder, made, timeout)


def soon() -> float:
    """A deadline that no good test meets."""
    return time.monotonic() + 10
