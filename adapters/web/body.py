"""The body of a request: small ones in memory, others into a file of the ledger while they come in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from adapters.bodies import SMALL
from router.ledger import BlobWriter

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Look = Callable[[bytes], None]
"""Sees every piece of a body as it comes in."""

WRITE = 128 * 1024
PATIENCE = 30.0
"""Seconds without a byte after which a caller is given up."""
LEAST_PACE = 1024
"""Bytes a second that a body must have on average once PATIENCE is over."""


class TooLarge(Exception):
    """The body has more bytes than the source takes."""


class TooSlow(Exception):
    """The caller stopped sending."""


class Gone(Exception):
    """The caller closed the connection."""


@dataclass(frozen=True, slots=True)
class Body:
    """Either `raw`, or a finished blob, hashed while it was written, whose writer holds its lock until `close`."""

    size: int
    raw: bytes | None = None
    sha256: bytes | None = None
    writer: BlobWriter | None = None

    @property
    def path(self) -> Path | None:
        return self.writer.path if self.writer is not None else None


class Coming:
    """A body on its way in, with its bounds: a limit, a pause between two pieces, and a pace, so that bytes that trickle
    do not hold a place for hours."""

    def __init__(self, receive: Receive, limit: int, patience: float, look: Look) -> None:
        self.size = 0
        self._receive, self._limit, self._look = receive, limit, look
        self._patience, self._began = patience, monotonic()

    async def next(self) -> tuple[bytes, bool]:
        """The next piece, and whether more may come. Raises TooLarge, TooSlow or Gone."""
        due = self._began + self._patience + self.size / LEAST_PACE
        try:
            async with asyncio.timeout(min(self._patience, due - monotonic())):
                event = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        if event["type"] == "http.disconnect":
            raise Gone
        piece = event.get("body", b"")
        self.size += len(piece)
        if self.size > self._limit:
            raise TooLarge
        self._look(piece)
        return piece, event.get("more_body", False)


class Bodies:
    """Reads bodies. Files are written by one thread, so that giving one up comes after its last write."""

    def __init__(self, blob: Callable[[str], BlobWriter], patience: float = PATIENCE) -> None:
        self._blob = blob
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "blob")

    async def read(self, receive: Receive, message_id: str, limit: int, look: Look = lambda piece: None) -> Body:
        """Raises TooLarge after the first byte over the limit, TooSlow or Gone; nothing is left behind then."""
        following = Coming(receive, limit, self._patience, look)
        pieces: list[bytes] = []
        while True:
            piece, more = await following.next()
            pieces.append(piece)
            if following.size > SMALL:
                return await self._read_on(following, message_id, pieces, more)
            if not more:
                return Body(following.size, piece if len(pieces) == 1 else b"".join(pieces))

    def close(self, body: Body, keep: bool) -> None:
        """After the commit: the lock is given up, and the blob too where nothing was stored."""
        if body.writer is not None:
            self._thread.submit(body.writer.close if keep else body.writer.discard)

    def shutdown(self) -> None:
        self._thread.shutdown(wait=True)

    async def _read_on(self, following: Coming, message_id: str, pieces: list[bytes], more: bool) -> Body:
        writer: BlobWriter = await self._run(self._blob, message_id)
        held = following.size
        try:
            while more:
                if held >= WRITE:
                    await self._run(writer.write, b"".join(pieces))
                    pieces, held = [], 0
                piece, more = await following.next()
                held += len(piece)
                pieces.append(piece)
            await self._run(writer.write, b"".join(pieces))
            _, sha256 = await self._run(writer.finish)
        except BaseException:
            self._thread.submit(writer.discard)
            raise
        return Body(following.size, sha256=sha256, writer=writer)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
