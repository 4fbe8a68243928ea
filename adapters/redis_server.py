"""A Redis or Valkey server: how it is reached, what it answered, and how its failures are called."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError
from redis.exceptions import ConnectionError as LostConnection

from adapters.certificates import UnusableFile, check
from router.config.schema.systems import REDIS_FILES
from router.errors import CrossdockError, Unreachable

KNOWN = frozenset({*REDIS_FILES, "db", "host", "port", "path", "username", "password", "connection_class"})
"""What an address may say. Everything else of the client is ours to decide: its timeouts, its retries, its decoding, and
that certificates are verified."""
LONGEST_WORDS = 300


class ServerError(CrossdockError):
    """The server did not do it. `error` is a class of `retry.errors`: `connect timeout reset io`; `code` is the first
    word of the server's own answer, where it gave one. The reason holds neither user nor password."""

    def __init__(self, error: str, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.error = error
        self.code = code


class Server:
    """One server, by the options of its connection. `place` is its address without what is secret."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._url = str(options["url"])
        self._base = Path(options.get("base") or ".")
        self.timeout = float(options.get("timeout", 30.0))
        self.place = place_of(self._url)

    async def connect(self) -> AbstractConnection:
        """A new connection that has logged in. The name is looked up again each time, so that it may move. Raises
        ServerError; bounded by the caller."""
        opened: list[asyncio.StreamWriter] = []

        async def log_in(connection: Any) -> None:
            opened.append(connection._writer)
            await connection.on_connect()

        connection = self._new()
        connection.redis_connect_func = log_in
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            # The client forgets a connection whose login was refused, and TLS would wait for the server's farewell.
            for writer in opened:
                writer.transport.abort()
            raise ServerError("connect", f"could not connect to {self.place}: {_cause(error)}", code_of(error)) from None
        except BaseException:
            await hang_up(connection)
            raise
        return connection

    def _new(self) -> AbstractConnection:
        try:
            options: dict[str, Any] = dict(parse_url(self._url))
        except ValueError as error:
            raise ServerError("connect", f"the address of {self.place}: {error}") from None
        unknown = sorted(set(options) - KNOWN)
        if unknown:
            reason = f"the address of {self.place} has the option {unknown[0]}; possible are db, {', '.join(REDIS_FILES)}"
            raise ServerError("connect", reason)
        files = {name: str(self._base / options[name]) for name in REDIS_FILES if name in options}
        try:
            check(files)
        except UnusableFile as error:
            raise ServerError("connect", f"could not connect to {self.place}: {error}") from None
        options |= files
        kind = options.pop("connection_class", Connection)
        # A retry of the client would be an attempt that nobody counted. RESP2: the same replies from every server.
        options |= {"retry": Retry(NoBackoff(), 0), "socket_timeout": None, "protocol": 2}
        options |= {"socket_connect_timeout": self.timeout}
        made: AbstractConnection = kind(**options)
        return made


def visit(options: Mapping[str, Any], seconds: float) -> str:
    """See router.ports.Visits."""
    server = Server({**options, "timeout": seconds})

    async def knock() -> None:
        async with asyncio.timeout(seconds):
            await hang_up(await server.connect())

    try:
        asyncio.run(knock())
    except ServerError as error:
        raise Unreachable(error.reason) from None
    except TimeoutError:
        raise Unreachable(f"{server.place} gave no answer within {seconds:g} s") from None
    return server.place


async def ask(connection: AbstractConnection, *command: Any) -> Any:
    """One command and its answer. Raises ServerError."""
    try:
        await connection.send_command(*command)
    except (RedisError, OSError):
        raise ServerError("reset", "the connection was closed before the command was sent") from None
    return await answer(connection)


async def answer(connection: AbstractConnection) -> Any:
    """The next answer. Raises ServerError: `reset` where none will come any more, else `connect` or `io` with the
    server's text, and the next one can be read."""
    try:
        return await connection.read_response(disconnect_on_error=False)
    except InvalidResponse:
        raise ServerError("reset", "the answer is not that of a Redis server") from None
    except RedisError as error:
        code = code_of(error)
        if not code and isinstance(error, LostConnection):
            raise ServerError("reset", "the connection was closed before the answer came") from None
        raise ServerError("connect" if isinstance(error, AuthenticationError) else "io", words_of(error), code) from None


async def hang_up(connection: AbstractConnection) -> None:
    """At once, whatever state it is in: the farewell of TLS is not waited for. Never raises."""
    writer: asyncio.StreamWriter | None = getattr(connection, "_writer", None)
    with suppress(RedisError, OSError, RuntimeError):
        await connection.disconnect(nowait=True)
    if writer is not None:
        writer.transport.abort()


def place_of(url: str) -> str:
    """`host:port/db`, or the path of a unix socket."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    host = parts.hostname or "localhost"
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or 6379}/{parts.path.strip('/') or 0}"


def code_of(error: BaseException) -> str:
    """`READONLY`: the first word of what the server answered; '' where the failure is the client's."""
    if not isinstance(error, RedisError):
        return ""
    known = getattr(error, "status_code", None)
    first = str(error).partition(" ")[0]
    return str(known) if known else first if first.isupper() and first.isalpha() else ""


def words_of(error: RedisError) -> str:
    """What the server answered, in one line. The client cuts off the codes that it knows."""
    text = " ".join(str(error).split())
    code = getattr(error, "status_code", None)
    return (f"{code} {text}" if code and not text.startswith(str(code)) else text)[:LONGEST_WORDS]


def _cause(error: Exception) -> str:
    """Why a connection could not be had."""
    system = next((e for e in (error, error.__cause__, error.__context__) if isinstance(e, OSError)), None)
    if isinstance(system, ssl.SSLCertVerificationError):
        return f"wrong certificate: {system.verify_message}"
    if isinstance(system, ssl.SSLError):
        return f"tls: {system.reason or system.strerror}"
    if isinstance(system, TimeoutError | asyncio.TimeoutError):
        return "no answer"
    if system is not None:
        known = system.errno is not None and system.errno > 0
        return os.strerror(system.errno or 0).lower() if known else str(system.strerror or system)
    return words_of(error) if isinstance(error, RedisError) else type(error).__name__


