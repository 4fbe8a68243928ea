"""A caller, a receiver and a ledger for the tests of the web side."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.web.api import Api
from adapters.web.metrics import WebMetrics
from adapters.web.results import Result
from router.ledger import Arrival, End, FileIn, Receipt
from router.message import Envelope
from router.ports import Codec
from router.route import Client, Route, Send, Source, Table, Target


class JsonCodec:
    name = "json"
    content_type = "application/json"
    suffixes: tuple[str, ...] = (".json",)

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        return json.loads(raw)

    def encode(self, body: Any) -> bytes:
        return json.dumps(body).encode()


def route_of(id: str, path: str, codec: Codec | None = None, enabled: bool = True, **options: Any) -> Route:
    source = Source("http", {"http": path, "method": "POST", "clients": ["web-shop"], **options})
    target = Target("erp", id, Send("http", "erp", {}, lambda message: None))
    return Route(id, source, (target,), codec=codec, enabled=enabled)


CLIENTS = (Client("web-shop", "shop-token"), Client("pos", "pos-token"), Client("slow", "slow-token", rate=2.0))


def table_of(*routes: Route) -> Table:
    return Table(1, {r.id: r for r in routes}, {}, {c.id: c for c in CLIENTS})


class Blob:
    """A BlobWriter that remembers how it ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended = ""
        self._hash = hashlib.sha256()
        self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)

    def finish(self) -> tuple[int, bytes]:
        self._file.close()
        return self.path.stat().st_size, self._hash.digest()

    def close(self) -> None:
        self.ended = "closed"

    def discard(self) -> None:
        self._file.close()
        self.path.unlink()
        self.ended = "discarded"


class Intake:
    """The ledger's side of large bodies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.blobs: list[Blob] = []

    def blob(self, message_id: str) -> Blob:
        self.blobs.append(Blob(self._folder / message_id))
        return self.blobs[-1]

    def accept(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        raise NotImplementedError

    def file_stored(self, path: str, file: FileIn) -> str | None:
        raise NotImplementedError

    def file_moved(self, path: str, file: FileIn, moved_to: str = "") -> None:
        raise NotImplementedError


@dataclass
class Receiver:
    """Admits all but what `end` says; stores all, as `state` says, or raises `error`."""

    end: End | None = None
    state: str = "accepted"
    first: str = "first-id"
    error: Exception | None = None
    deadline: int | None = None
    envelopes: list[Envelope] = field(default_factory=list)
    stored: list[Arrival] = field(default_factory=list)

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival:
        self.envelopes.append(envelope)
        deadline = self.deadline or int(time.time() * 1000) + 5_000
        return Arrival(envelope, 1, (), sha256 or b"", end=self.end, deadline=deadline)

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        if self.error is not None:
            raise self.error
        self.stored += arrivals
        return [self._receipt(a) for a in arrivals]

    def _receipt(self, arrival: Arrival) -> Receipt:
        receipt = Receipt(arrival.end.state if arrival.end else self.state, arrival.envelope.id, 65_536)
        if receipt.state == "duplicate":
            return replace(receipt, id=self.first, of=self.first)
        return replace(receipt, of=self.first) if receipt.state == "conflict" else receipt


@dataclass
class Results:
    """Answers one after the other; the last one stays."""

    answers: list[Result] = field(default_factory=lambda: [Result("open")])
    lateness: str = "late"
    asked: list[tuple[int, str]] = field(default_factory=list)
    error: Exception | None = None

    def result(self, seq: int, target: str) -> Result:
        self.asked.append((seq, target))
        if self.error is not None:
            raise self.error
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def late(self, seq: int, target: str) -> str:
        return self.lateness

    def again(self, seq: int, target: str) -> None:
        return


@dataclass
class Web:
    """An Api with everything around it."""

    api: Api
    receiver: Receiver
    intake: Intake
    results: Results
    metrics: WebMetrics


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def until(condition: Callable[[], object]) -> None:
    """Waits until it holds, at most five seconds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def call(
    app: Any,
    method: str,
    path: str,
    body: bytes | Sequence[bytes] = b"",
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    token: str | None = "shop-token",
    gone: asyncio.Event | None = None,
) -> Answered:
    """One request by ASGI. A body of several pieces comes in chunks; `gone` closes the connection after the body."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    sent: list[Any] = []
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    if token is not None:
        pairs.append(("authorization", f"Bearer {token}"))
    if isinstance(body, bytes):
        pairs.append(("content-length", str(len(body))))
    else:
        pairs.append(("transfer-encoding", "chunked"))

    async def receive() -> dict[str, Any]:
        if pieces:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}
        await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    raw = path.encode("latin-1")
    scope = {"type": "http", "method": method, "path": path, "raw_path": raw, "query_string": b"",
             "headers": [(n.encode(), v.encode("latin-1")) for n, v in pairs]}
    await app(scope, receive, send)
    if not sent:
        return Answered(0, {}, b"")
    names = {n.decode(): v.decode() for n, v in sent[0]["headers"]}
    return Answered(sent[0]["status"], names, b"".join(e["body"] for e in sent[1:]))
