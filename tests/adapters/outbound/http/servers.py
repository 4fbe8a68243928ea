"""Real servers on free ports that answer well, badly or not at all."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Speak = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
TURNS = 5
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    url: str
    requests: list[Request] = field(default_factory=list)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """None where the connection ends first."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(head[0], headers, body)


@asynccontextmanager
async def serving(speak: Speak, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Calls `speak` for each request of each connection until it closes the writer."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing() and (request := await read_request(reader)) is not None:
            server.requests.append(request)
            await speak(request, writer)

    async with listening(connected, tls) as port:
        server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
        yield server


@asynccontextmanager
async def listening(connected: Connected, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port. Connections are closed when they have been served, and cut at the end."""
    tasks: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await connected(reader, writer)
        writer.close()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        tasks.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await turned()  # asyncio loses a connection that is being taken when its server is closed
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await turned()


async def turned() -> None:
    """The loop has done what it was at: connections are taken that were to be taken, and closed that were aborted."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def shaking_hands(tls: ssl.SSLContext) -> AsyncIterator[Server]:
    """Ends each handshake that fails as servers do: the alert is sent, and the connection is closed when it has been read.
    What comes after a good handshake is answered with 200."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
        shaken = tls.wrap_bio(coming, going, server_side=True)
        with suppress(ConnectionError, ssl.SSLError):
            await turns(shaken.do_handshake, coming, going, reader, writer)
            line = await turns(shaken.read, coming, going, reader, writer)
            server.requests.append(Request(line.decode().partition("\r\n")[0], {}, b""))
            shaken.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.write(going.read())
        writer.write_eof()
        while await reader.read(65_536):
            pass

    async with listening(connected) as port:
        server = Server(f"https://127.0.0.1:{port}")
        yield server


async def turns(
    step: Callable[[], Any], coming: ssl.MemoryBIO, going: ssl.MemoryBIO, reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> Any:  # fmt: skip
    """A step of TLS, with what it needs from the other side."""
    while True:
        try:
            return step()
        except ssl.SSLWantReadError:
            writer.write(going.read())
            more = await reader.read(65_536)
            coming.write(more) if more else coming.write_eof()


def answering(status: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Speak:
    """A whole answer; the connection stays open."""

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{n}: {v}" for n, v in (headers or {}).items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return speak


def writing(raw: bytes) -> Speak:
    """These bytes, then the end of the connection."""

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return speak


def resetting(raw: bytes = b"") -> Speak:
    """These bytes, then a reset."""

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        writer.transport.abort()

    return speak


async def hanging(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def dripping(raw: bytes, each: float) -> Speak:
    """One byte at a time, for ever after the head."""

    async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(each)

    return speak


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
