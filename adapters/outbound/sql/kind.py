"""The adapter of `send: {sql: …}`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from adapters.outbound.sql.address import SqlAddress, prepare
from adapters.outbound.sql.session import Engine, Failed, Session
from router.config.schema.systems import files_of
from router.errors import Unreachable
from router.message import Message
from router.ports import Target

NO_FILES: Mapping[str, str] = {}
SESSIONS = 4
"""Of a worker child at a server."""


class SqlKind:
    """Rows by parameters, never by text; once a delivery, by a unique column or more."""

    name = "sql"
    collects = False
    rows = True

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], SqlAddress]:
        """Raises ValueError where a name, the statement or its parameters cannot work."""
        return prepare(send)

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        from adapters.outbound.sql.target import SqlTarget  # a driver is loaded where something is sent

        return SqlTarget(engine_of(options), float(options.get("timeout", 30.0)))

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        engine = engine_of(options)
        try:
            engine.open(time.monotonic() + seconds).close()
        except Failed as error:
            raise Unreachable(f"{engine.shown}: {error.reason}") from None
        return engine.shown


def engine_of(options: Mapping[str, Any]) -> Engine:
    """The path of a file begins at the project folder; what is odd in it is percent-encoded."""
    url = str(options["url"])
    if url.startswith("sqlite:"):
        from adapters.outbound.sql.sqlite.session import sqlite_engine

        return sqlite_engine(Path(options["base"]) / unquote(url.removeprefix("sqlite:///")))
    most = max(1, min(SESSIONS, int(options.get("in_flight", SESSIONS))))
    files = {name: str(Path(options.get("base") or ".") / path) for name, path in files_of(url).items()}
    return Engine(lambda deadline: open_postgresql(url, deadline, files), most, without_secrets(url))


def open_postgresql(url: str, deadline: float, files: Mapping[str, str] = NO_FILES) -> Session:
    """`files` are those of TLS, by their options. Raises Failed, also where the driver is not installed."""
    try:
        from adapters.outbound.sql.postgresql.session import PostgresqlSession
    except ImportError as error:
        raise Failed("connect", f"the driver is missing ({error}): pip install 'crossdock[postgresql]'") from None
    return PostgresqlSession(url, deadline, files)


def without_secrets(url: str) -> str:
    """The address without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
