"""An open redis connection of one worker child: adds entries to streams and says how each ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from adapters.outbound.redis.address import StreamAddress
from adapters.redis_server import Server, ServerError, answer, hang_up
from router.ports import Outcome, Parcel

WRITE = 262_144
"""About so many bytes are written at once, so that a batch of large bodies is not copied as a whole."""
ANEW = frozenset({"READONLY", "MASTERDOWN", "NOAUTH"})
"""After these all connections are given up: a server that became a replica may have left its name to another."""
OF_ALL = ANEW | {"OOM", "LOADING", "MISCONF", "CLUSTERDOWN", "NOREPLICAS", "BUSY", "WRONGPASS"}
"""What says that the server takes nothing at all; any other refusal (`WRONGTYPE`, `NOPERM`) is of this one stream."""


class RedisTarget:
    """One XADD a parcel, all of a send in one round trip and no transaction: each has an outcome of its own. `id` is the
    delivery id, with `.r2` and so on after an edit: what an entry that came twice is known by."""

    batch = 500

    def __init__(self, server: Server) -> None:
        self._server = server
        self._idle: list[AbstractConnection] = []

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        started = perf_counter()
        outcomes: list[Outcome] = []
        try:
            async with asyncio.timeout(self._server.timeout):
                await self._send(parcels, outcomes)
        except Exception as error:  # nothing of the other side may end the worker
            outcomes += [self._failure(error)] * (len(parcels) - len(outcomes))
        taken = perf_counter() - started
        return [
            replace(o, duration=taken, sent_to=f"redis {self._server.place} {p.address.stream}")
            for o, p in zip(outcomes, parcels, strict=True)
        ]

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        while self._idle:
            await hang_up(self._idle.pop())

    async def _send(self, parcels: Sequence[Parcel], outcomes: list[Outcome]) -> None:
        """Appends an outcome for each answer as it comes: what was answered before a cut is known."""
        if not parcels:
            return
        connection = await self._take()
        good = False
        try:
            for piece in pieces(connection, parcels):
                await connection.send_packed_command(piece)
            good = await self._answers(connection, outcomes, len(parcels))
        finally:
            if good:
                self._idle.append(connection)
            else:
                await hang_up(connection)

    async def _answers(self, connection: AbstractConnection, outcomes: list[Outcome], count: int) -> bool:
        """Whether the connection may be used again. Raises ServerError where no further answer comes."""
        codes: set[str] = set()
        for _ in range(count):
            try:
                entry = await answer(connection)
            except ServerError as error:
                if error.error == "reset":
                    raise
                codes.add(error.code)
                reason = f"{self._server.place} answered: {error.reason}"
                outcomes.append(Outcome(error.error, reason, answered=error.code not in OF_ALL))
            else:
                outcomes.append(Outcome(response=bytes(entry), response_type="text/plain"))
        if codes & ANEW:
            await self.close()
        return not codes & ANEW

    async def _take(self) -> AbstractConnection:
        """One that is open and has nothing left to say, else a new one. Sends at once are few: the router gives out no
        more than `in_flight`."""
        while self._idle:
            connection = self._idle.pop()
            try:
                if not await connection.can_read():
                    return connection
            except (RedisError, OSError):
                pass
            await hang_up(connection)
        return await self._server.connect()

    def _failure(self, error: Exception) -> Outcome:
        match error:
            case ServerError():
                return Outcome(error.error, error.reason)
            case TimeoutError():
                return Outcome("timeout", f"{self._server.place} gave no answer within {self._server.timeout:g} s")
            case RedisError() | OSError():
                return Outcome("reset", f"{self._server.place} closed the connection before its answer came")
            case _:
                return Outcome("reset", f"the send failed: {type(error).__name__}")


def pieces(connection: AbstractConnection, parcels: Sequence[Parcel]) -> Iterator[list[bytes]]:
    """The commands as they are written, a piece at a time."""
    piece: list[bytes] = []
    size = 0
    for parcel in parcels:
        packed = connection.pack_command(*command(parcel))
        piece += packed
        size += sum(map(len, packed))
        if size >= WRITE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def command(parcel: Parcel) -> tuple[Any, ...]:
    address: StreamAddress = parcel.address
    limit = () if address.maxlen is None else ("MAXLEN", "~", address.maxlen)
    return ("XADD", address.stream, *limit, "*", "body", parcel.body, "id", parcel.idempotency_key)
