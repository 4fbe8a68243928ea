"""The HTTP sink: answers 200 at once and keeps what came, with the time. In a process of its own.

    python -m bench.sink PORT FILE        at TERM the arrivals are written: 8 bytes of ns, 4 of length, the body
"""

from __future__ import annotations

import asyncio
import signal
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httptools
import uvloop

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
HEAD = struct.Struct("<QI")


class Desk(asyncio.Protocol):
    """One connection; `GET /` tells how many requests with a body came so far."""

    def __init__(self, kept: list[tuple[int, bytes]]) -> None:
        self.kept = kept
        self.parts: list[bytes] = []
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.parts.append(body)

    def on_message_complete(self) -> None:
        if self.parts:
            self.kept.append((time.monotonic_ns(), b"".join(self.parts)))
            self.parts.clear()
            self.transport.write(ANSWER)
        else:
            count = str(len(self.kept)).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(count), count))


async def serve(port: int, path: Path) -> None:
    loop, kept, over = asyncio.get_running_loop(), list[tuple[int, bytes]](), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(lambda: Desk(kept), "127.0.0.1", port, backlog=512)
    await over.wait()
    server.close()
    with path.open("wb") as out:
        for at, body in kept:
            out.write(HEAD.pack(at, len(body)) + body)


def arrivals(path: Path) -> Iterator[tuple[int, bytes]]:
    """What a sink wrote: (ns, body) in the order of arrival."""
    raw, at = path.read_bytes(), 0
    while at < len(raw):
        ns, length = HEAD.unpack_from(raw, at)
        at += HEAD.size
        yield ns, raw[at : at + length]
        at += length


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
