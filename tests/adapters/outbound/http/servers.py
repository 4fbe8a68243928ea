"""Real servers on free ports that answer well, badly or not at all."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Speak = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


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
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            while not writer.is_closing() and (request := await read_request(reader)) is not None:
                server.requests.append(request)
                await speak(request, writer)
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
