"""One HTTP request as ASGI hands it over, and the sending of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from time import monotonic
from typing import Any

import structlog

from adapters.bodies import SMALL
from adapters.masking import error_id
from adapters.web.body import Receive
from adapters.web.problems import CLOSE, Answer, Headers, Refusal, problem
from router.headers import NEVER_STORED

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LEFT_OUT = frozenset(name.encode() for name in NEVER_STORED)
NO_BODY = frozenset({204, 304})
TOO_SLOW = 408
LINGER_SECONDS = 2.0
LINGER_BYTES = 256 * 1024 * 1024

log = structlog.get_logger()


class Request:
    """What was asked, and how far its body was read. `route` is known once a source was found."""

    __slots__ = ("_headers", "_receive", "asked", "method", "path", "read", "route")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        self.route = ""
        self.read = False
        self.asked = False
        self._headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive

    def header(self, name: bytes) -> bytes | None:
        """The first header of that name, which is in lower case."""
        return next((v for n, v in self._headers if n == name), None)

    def values(self, name: str) -> list[str]:
        """All headers of that name, which is in lower case."""
        wanted = name.encode()
        return [text_of(v) for n, v in self._headers if n == wanted]

    def text(self, name: bytes) -> str | None:
        value = self.header(name)
        return text_of(value) if value is not None else None

    def length(self) -> int | None:
        """What Content-Length says, None where the body comes in chunks."""
        value = self.header(b"content-length")
        if value is None:
            return None if self.header(b"transfer-encoding") else 0
        return int(value) if value.isdigit() else None

    def stored_headers(self) -> Mapping[str, str]:
        """The headers that belong to the message; one that comes twice is joined, as RFC 9110 (5.3) allows."""
        headers: dict[str, str] = {}
        for raw, value in self._headers:
            if raw not in LEFT_OUT:
                name, text = raw.decode("latin-1"), text_of(value)
                headers[name] = f"{headers[name]}, {text}" if name in headers else text
        return headers

    async def receive(self) -> MutableMapping[str, Any]:
        self.asked = True
        event = await self._receive()
        self.read = not event.get("more_body", False)
        return event

    async def closed(self) -> None:
        """Returns when the caller has gone; to be asked after the body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def refuse(request: Request, status: int, detail: str, headers: Headers = ()) -> Refusal:
    return Refusal(problem(status, detail, request.path, headers=headers))


def failed(request: Request) -> Answer:
    """For an error that nobody foresaw, while it is handled: the log has its traceback, both have its id."""
    id = error_id()
    log.exception("a request failed", action="web.failed", route=request.route, path=request.path, error_id=id)
    detail = f"Nothing was accepted that this answer does not name. Try again; the log has the cause as error {id}."
    return problem(500, detail, request.path, error_id=id)


async def respond(send: Send, answer: Answer, request: Request) -> None:
    """Sends the whole answer. Where a large body was not read, the connection ends with it, but not before the caller
    had time to read the answer: closing on unread bytes would reset the connection and lose it."""
    body = b"" if answer.status in NO_BODY else answer.body
    headers = list(answer.headers)
    if answer.status not in NO_BODY:
        headers.append((b"content-length", str(len(body)).encode()))
    ends = not request.read and unread(request)
    if ends:
        headers.append(CLOSE)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if ends and answer.status != TOO_SLOW and (request.asked or request.header(b"expect") is None):
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await linger(request)
        body = b""
    await send({"type": "http.response.body", "body": body})


def unread(request: Request) -> bool:
    """Whether so much may still come that reading past it is not worth the connection."""
    length = request.length()
    return length is None or length > SMALL


async def linger(request: Request) -> None:
    """Throws away what still comes, within bounds. After `Expect: 100-continue` nothing comes unless asked for."""
    left, until = LINGER_BYTES, monotonic() + LINGER_SECONDS
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0 and monotonic() < until and not request.read:
                left -= len((await request.receive()).get("body", b""))
    except TimeoutError:
        return


def text_of(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
