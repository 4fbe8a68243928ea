"""The HTTP source: bytes of a connection through the server's protocol and the application, in one process."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import Any

import httptools
import structlog
import uvicorn
from uvicorn.server import ServerState

from adapters.web.api import Api
from adapters.web.metrics import WebMetrics
from adapters.web.protocol import Patient
from adapters.web.room import Room
from router.errors import DecodeError
from router.ledger import Arrival, End
from router.message import Envelope
from router.route import Route
from tests.adapters.web.outside import Intake, Receiver, Results, route_of, table_of
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.json import JSON

STATUSES = {100, 200, 202, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 431, 502}
"""What a caller may be answered here. 500 and 503 are not among them: nothing fails, and nobody else is there."""
PATIENCE = 10.0
TURNS = 20
"""Of the loop, in which the application comes as far as it can with what it has."""


class Door(Receiver):
    """Decodes as the real one does, and keeps nothing."""

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival:
        self.end = None
        if route.codec is not None:
            try:
                route.codec.decode(envelope.read(), envelope)
            except DecodeError as error:
                self.end = End("refused", "decode", "undecodable", error.reason)
        return super().admit(route, envelope, sha256)


class Wire(asyncio.Transport):
    """The caller's end of a connection."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)})
        self.sent = b""
        self.closed = False
        self.left_open: bytes | None = None
        """What was sent when the caller had said all and the connection was still open."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.closed:
            self.sent += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """All bytes are there already."""

    def resume_reading(self) -> None:
        """All bytes are there already."""


class Answers:
    """What a client's parser makes of all that came back."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self._parser = httptools.HttpResponseParser(self)

    def of(self, sent: bytes) -> Answers:
        try:
            self._parser.feed_data(sent)
        except httptools.HttpParserError as error:
            raise Wrong(f"the answer is no HTTP ({error}): {sent!r:.400}") from error
        return self

    def on_headers_complete(self) -> None:
        self.statuses.append(self._parser.get_status_code())


class Counted(Patient):
    """Counts the requests that came whole."""

    heads = whole = 0

    def on_headers_complete(self) -> None:
        self.heads += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._upgrading:
            self.whole += 1
        super().on_message_complete()

    @property
    def idle(self) -> bool:
        """Whether nothing more will happen until the caller sends something."""
        if self.transport.is_closing():
            return True
        waits = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        return waits and not self.flow.read_paused and (not self.pipeline or (self.cycle is not None and self.cycle.more_body))


class House:
    """A loop and an application for all inputs."""

    def __init__(self) -> None:
        structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="fuzz-http-")
        self.receiver, self.intake = Door(), Intake(Path(self.folder.name))
        table = table_of(
            route_of("web-orders", "/orders/v1", JSON),
            route_of("stores", "/stores/{store}/sales", clients=["web-shop", "pos"]),
            route_of("files", "/files", clients="anyone", max_body=2000),
        )
        self.api = Api(table, self.receiver, self.intake, Results(), WebMetrics())
        self.config = uvicorn.Config(
            self.api,
            http=partial(Counted, room=Room(100)),  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
        )
        self.config.load()

    async def visit(self, pieces: list[bytes]) -> tuple[Counted, Wire]:
        state = ServerState()
        protocol: Any = self.config.http_protocol_class(config=self.config, server_state=state, app_state={}, _loop=self.loop)
        wire = Wire()
        protocol.connection_made(wire)
        for piece in pieces:
            if wire.closed:
                break
            protocol.data_received(piece)
            await self.quiet(protocol)
        wire.left_open = None if wire.closed else wire.sent
        protocol.eof_received()
        await self.quiet(protocol)
        protocol.connection_lost(None)
        await self.ended(state)
        return protocol, wire

    async def quiet(self, protocol: Counted) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            while not protocol.idle:
                await asyncio.sleep(0)

    async def ended(self, state: ServerState) -> None:
        """No task is left behind by a connection that is gone."""
        async with asyncio.timeout(PATIENCE):
            while state.tasks:
                await asyncio.sleep(0)

    def forget(self) -> None:
        for blob in self.intake.blobs:
            blob.path.unlink(missing_ok=True)
        self.intake.blobs.clear()
        self.receiver.envelopes.clear()
        self.receiver.stored.clear()


@cache
def house() -> House:
    """Not before it is needed: a loop does not go through a fork."""
    return House()


def http(data: bytes) -> list[int]:
    """Each request has one answer, or the connection is closed. The last byte says in how many pieces it comes."""
    raw, variant = last_byte(data)
    pieces = cut(raw, variant % 4)
    try:
        protocol, wire = house().loop.run_until_complete(house().visit(pieces))
        return checked(protocol, wire)
    finally:
        house().forget()


def checked(protocol: Counted, wire: Wire) -> list[int]:
    statuses = Answers().of(wire.sent).statuses
    final = [status for status in statuses if status >= 200]
    if not set(statuses) <= STATUSES:
        raise Wrong(f"answered {statuses}: {wire.sent!r:.400}")
    if len(final) > protocol.heads + 1:
        raise Wrong(f"{len(final)} answers to {protocol.heads} requests")
    if wire.left_open is not None:
        given = [status for status in Answers().of(wire.left_open).statuses if status >= 200]
        if len(given) < protocol.whole:
            raise Wrong(f"{len(given)} answers to {protocol.whole} whole requests, and the connection stays open")
    stored = sum(arrival.end is None for arrival in house().receiver.stored)
    if stored > protocol.whole or final.count(202) != stored:
        raise Wrong(f"{stored} messages stored, {final.count(202)} times 202, {protocol.whole} whole requests")
    return statuses


def cut(raw: bytes, pieces: int) -> list[bytes]:
    size = max(1, len(raw) // (pieces + 1) + 1)
    return [raw[at : at + size] for at in range(0, len(raw), size)]


ORDER = b"POST /orders/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token\r\nContent-Type: application/json\r\n"
FILE = b"POST /files HTTP/1.1\r\nHost: x\r\n"
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\n{}\n\r\n0\r\nX: y\r\n\r\n"
WRITTEN = (
    ORDER + b"Content-Length: 2\r\n\r\n{}",
    ORDER + CHUNKS,
    FILE + CHUNKS + FILE + b"Content-Length: 3\r\n\r\nabc" + FILE + b"Connection: close\r\n\r\n",
    FILE + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    FILE + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    b"GET /files HTTP/1.0\r\n\r\n",
    b"POST /stores/4%2f2/sales?a=b HTTP/1.1\r\nhost: x\r\nauthorization: bearer pos-token\r\ncontent-length: 0\r\n\r\n",
    FILE + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx" + FILE + b"Content-Length: 0\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    FILE + b"Content-Length: 9000\r\n\r\n" + b"x" * 2500,
    FILE + b"Content-Encoding: gzip\r\nIdempotency-Key: a\r\nContent-Length: 1\r\n\r\nx",
    b"\x16\x03\x01\x02\0\x01\0",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST http://x/files HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\n\r\n",
)
TARGETS = (Target("http", http, (), written=WRITTEN, variants=4, words="http"),)
