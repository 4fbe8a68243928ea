"""uvicorn's HTTP protocol with the bounds and answers that it does not have itself."""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.web.problems import Answer, problem, retry_after
from adapters.web.room import Room

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 20.0
HALF_CLOSED_SECONDS = 2.0
"""How long a caller that has closed its sending side may still wait for its answer."""
WRAPPING = 16
"""Bytes around one byte of a body (sizes of chunks, their extensions, trailers) beyond which a request is refused."""

NOT_HTTP = "The request is not HTTP/1.1 that can be read: a line, a length or a chunk of it is wrong."
HEAD_TOO_LARGE = f"Request line and headers may have {HEAD_BYTES // 1024} KiB."
HEAD_TOO_SLOW = f"Request line and headers did not come within {HEAD_SECONDS:g} s."
NO_ROOM = "Too many connections at one time. Try again."


class HeadTooLarge(Exception):
    """Inside of a callback of the parser, which makes an error of its own of it."""


class Patient(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long, or do not come; answers what is no HTTP with a
    problem; takes no notice of `Upgrade` (RFC 9110, 7.8), of trailers, and of a sending side that is closed early."""

    def __init__(self, *arguments: Any, room: Room, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._room = room
        self._patience: TimerHandle | None = None
        self._between = True
        """No request has begun since the last one was complete."""
        self._begun = 0
        """Requests that began in the bytes at hand."""
        self._beside = self._body = 0
        """Bytes of this request that are body, and that are not."""
        self._may_be_large = self._too_large = self._upgrading = False
        self._over = False
        """Whatever comes is not read any more: the last answer of the connection is on its way."""
        self._before: Any = None
        """The request before the last one whose head was read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._room.enter(self):
            self._expect_head()
        else:
            self._refuse(problem(503, NO_ROOM, "/", headers=retry_after(1)))

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.leave(self)
        self._head_done()
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Another connection needs the room of this one, which has no request."""
        self.transport.abort()

    def eof_received(self) -> bool:  # type: ignore[override]
        """A caller that has sent all of its request and closes only that side still gets its answer."""
        waits = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        if waits:
            self.cycle.keep_alive = False
            self.loop.call_later(HALF_CLOSED_SECONDS, self.transport.close)
        return waits

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._unset_keepalive_if_required()
        between, self._begun, body = self._between, 0, self._body
        self._may_be_large = self._beside + len(data) > HEAD_BYTES
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse_bytes()
            return
        if self._begun == 0 or (self._begun == 1 and between):  # of several requests it is not known whose the bytes are
            self._beside += len(data) - (self._body - (0 if self._begun else body))
        if self._beside > HEAD_BYTES + WRAPPING * self._body:
            self._too_large = True
            self._refuse_bytes()
        elif self._between and self._patience is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()  # empty lines between two requests are no reason to wait for ever

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between, self._beside, self._body = False, 0, 0
        self._begun += 1
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_done()
        self._room.busy(self)
        if self._may_be_large and head_size(self.url, self.headers) > HEAD_BYTES:
            self._too_large = True
            raise HeadTooLarge
        self._upgrading = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._upgrading:
            self._before = self.cycle
            super().on_headers_complete()
            self.headers = []  # what comes now are trailers, of which none may pass for a header

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._upgrading:
            self._between = True
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._between and not self.pipeline:
            self._room.waits(self)

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrading = False
            self._feed_again(data[upgrade.args[0] :])

    def _feed_again(self, rest: bytes) -> None:
        """The parser leaves the body of a request to upgrade unread: it is parsed again without that header, as if it
        had not been asked for. Java's client asks with every first request."""
        version = self.parser.get_http_version().encode()
        head = [self.parser.get_method(), b" ", self.url, b" HTTP/", version, b"\r\n"]
        for name, value in self.headers:
            if name != b"upgrade":
                head += [name, b": ", value, b"\r\n"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(b"".join([*head, b"\r\n", rest]))

    def _refuse_bytes(self) -> None:
        """A request that came whole before them still gets its own answer, the last one of this connection; so does one
        whose answer has begun."""
        if self.transport.is_closing():
            return
        if self.pipeline and self.cycle.more_body:  # it waits behind another one, which is answered first
            self.pipeline.popleft()
            self.cycle = self._before
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and (cycle.response_started or not cycle.more_body):
            cycle.keep_alive, self._over = False, True
            return
        path = (getattr(self, "url", b"") or b"/").decode("latin-1")[:200]
        self._refuse(problem(431, HEAD_TOO_LARGE, path) if self._too_large else problem(400, NOT_HTTP, path))

    def _refuse(self, answer: Answer) -> None:
        """Not by the application: there is no request that it could be handed."""
        lines = [b"HTTP/1.1 %d %s" % (answer.status, answer.phrase.encode())]
        lines += [name + b": " + value for name, value in answer.headers]
        lines += [b"content-length: %d" % len(answer.body), b"connection: close", b"", answer.body]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    def _expect_head(self) -> None:
        self._head_done()
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        """Of a request that has begun the caller is told; a connection without one is closed."""
        if self._between or self.transport.is_closing():
            self.timeout_keep_alive_handler()
        else:
            self._refuse(problem(408, HEAD_TOO_SLOW, "/"))

    def _head_done(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def head_size(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)
