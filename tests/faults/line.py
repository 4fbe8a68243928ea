"""The line between a store and its centre: a relay that is cut, swallows what it is given, or loses the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.adapters.outbound.http.servers import turned

CUT, HOLE, DEAF, OPEN = "cut", "hole", "deaf", "open"
"""Refused; taken and never answered; the request arrives and its answer does not; as it should be."""


class Line:
    """Always on the same port of 127.0.0.1. `lost` counts answers that did not come through."""

    def __init__(self, port: int, behind: int) -> None:
        self.port, self.behind = port, behind
        self.state = CUT
        self.lost = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def become(self, state: str) -> None:
        """What was under way is cut."""
        self.state = state
        for writer in list(self._open):
            writer.transport.abort()
        if state == CUT:
            await self.close()
        elif self._server is None:
            self._server = await asyncio.start_server(self._caller, "127.0.0.1", self.port)

    async def close(self) -> None:
        await turned()  # asyncio loses a connection that is being taken when its server is closed
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        await turned()

    async def _caller(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._kept(writer), suppress(OSError):
            if self.state == HOLE:
                await reader.read()
            else:
                await self._relay(reader, writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection("127.0.0.1", self.behind)
        with self._kept(ahead):
            if writer.transport.is_closing():
                return
            ways = [asyncio.create_task(self._pump(reader, ahead)), asyncio.create_task(self._answers(behind, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    @contextmanager
    def _kept(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._open.add(writer)
        try:
            yield
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self.state == DEAF:
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()
