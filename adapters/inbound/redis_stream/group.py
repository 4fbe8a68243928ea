"""A consumer group of a stream, by the commands that it takes. Bounded by the timeout of the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from redis.asyncio.connection import AbstractConnection

from adapters.inbound.redis_stream.entries import Read, read_of
from adapters.redis_server import Server, ServerError, ask, hang_up

START = b"0-0"
BLOCK = 1.0
"""Seconds that a read waits for the first new entry."""
GONE = frozenset({"NOGROUP", "UNBLOCKED"})
"""What a server answers where the stream or the group was removed."""


class NoStream(ServerError):
    """There is no such stream."""


class NoGroup(ServerError):
    """The stream has lost its group."""


class Group:
    """`consumer` is the name of this reader in the group: the server keeps for each what it has not acknowledged."""

    def __init__(self, server: Server, stream: str, group: str, consumer: str) -> None:
        self._server = server
        self._names = (stream, group, consumer)
        self._connection: AbstractConnection | None = None

    @property
    def place(self) -> str:
        return f"{self._server.place} {self._names[0]}"

    async def open(self) -> bool:
        """Connects, and makes the group where there is none: it starts at the first entry. Whether it was made. The
        stream is the other system's: it is not made. Raises ServerError, NoStream."""
        await self.close()
        try:
            async with asyncio.timeout(self._server.timeout):
                self._connection = await self._server.connect()
        except TimeoutError:
            raise self._silent() from None
        stream, group, _ = self._names
        try:
            await self._ask("XGROUP", "CREATE", stream, group, START)
        except ServerError as error:
            if error.code == "BUSYGROUP":
                return False
            if "requires the key to exist" in error.reason:
                raise NoStream("io", f"there is no stream {stream} at {self._server.place}") from None
            raise
        return True

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await hang_up(connection)

    async def own(self, after: bytes, count: int) -> Read:
        """What this reader was given before and has not acknowledged."""
        return await self._read(after, count)

    async def fresh(self, count: int) -> Read:
        """What nobody was given yet; waits for it for a second."""
        return await self._read(b">", count, "BLOCK", int(BLOCK * 1000))

    async def claim(self, idle: float, after: bytes, count: int) -> Read:
        """Takes over what another reader was given so many seconds ago and has not acknowledged. `after` of the answer is
        START where all was looked at."""
        stream, group, consumer = self._names
        found = await self._ask("XAUTOCLAIM", stream, group, consumer, int(idle * 1000), after, "COUNT", count)
        gone = [bytes(id) for id in found[2]] if len(found) > 2 else []
        return replace(read_of(found[1]), gone=gone, after=bytes(found[0]))

    async def acknowledge(self, ids: Sequence[bytes]) -> None:
        if ids:
            await self._ask("XACK", *self._names[:2], *ids)

    async def _read(self, after: bytes, count: int, *block: Any) -> Read:
        stream, group, consumer = self._names
        words = ("XREADGROUP", "GROUP", group, consumer, "COUNT", count, *block, "STREAMS", stream, after)
        found = await self._ask(*words, wait=BLOCK if block else 0.0)
        return read_of(found[0][1] if found else None)

    async def _ask(self, *command: Any, wait: float = 0.0) -> Any:
        """Raises ServerError; after any failure the connection is given up by the one who asked."""
        if self._connection is None:
            raise ServerError("reset", f"the connection to {self._server.place} is closed")
        try:
            async with asyncio.timeout(self._server.timeout + wait):
                return await ask(self._connection, *command)
        except TimeoutError:
            raise self._silent() from None
        except ServerError as error:
            kind = NoGroup if error.code in GONE else ServerError
            raise kind(error.error, f"{self.place}: {error.reason}", error.code) from None

    def _silent(self) -> ServerError:
        return ServerError("timeout", f"{self._server.place} gave no answer within {self._server.timeout:g} s")
