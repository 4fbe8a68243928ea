"""A route, a target and a ledger put together by hand: what the tests of processing and delivery stand on."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.ledger.memory import MemoryLedger
from router.delivery.sending import Desk
from router.errors import DecodeError, EncodeError, ExpressionError, MessageError
from router.message import Envelope, Message, new_id
from router.ports import Outcome, Parcel
from router.processing.records import RecordReader
from router.receive import Receiver
from router.route import Breaker, Connection, Otherwise, RetryPolicy, Route, Send, Source, Table, Target
from router.shift import Shift


class Json:
    name = "json"
    content_type = "application/json"
    suffixes = (".json",)

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        try:
            return json.loads(raw)
        except ValueError as error:
            raise DecodeError(f"not JSON: {error}") from None

    def encode(self, body: Any) -> bytes:
        return json.dumps(body).encode()

    def begin(self, first: Any) -> bytes:
        return b"["

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        if any(isinstance(body, dict) and body.get("unwritable") for body in bodies):
            raise EncodeError("body.unwritable cannot be written")
        return b",".join(self.encode(body) for body in bodies)

    def end(self) -> bytes:
        return b"]"


class Expr:
    def __init__(self, function: Callable[[Any], Any], source: str = "") -> None:
        self.function = function
        self.source = source

    def __call__(self, message: Message, **names: Any) -> Any:
        try:
            return self.function(message.body)
        except KeyError as error:
            raise ExpressionError(f"body.{error.args[0]} is undefined", "undefined") from None


@dataclass
class Do:
    """A step from a function of the body; None filters."""

    function: Callable[[Any], Any]
    verb: str = "map"
    rule: str = "map: test"

    def apply(self, message: Message) -> Message | None:
        try:
            body = self.function(message.body)
        except KeyError as error:
            raise MessageError(self.verb, "undefined", f"body.{error.args[0]} is undefined") from None
        return None if body is None else message.with_body(body)


@dataclass
class Split:
    key: str
    verb: str = "split"
    rule: str = "split"
    by_codec: bool = False
    reject: bool = False
    group: tuple[Any, ...] = ()
    keys: dict[str, Any] = field(default_factory=dict)

    def bodies(self, message: Message) -> Sequence[Any]:
        return list(message.body[self.key])


@dataclass
class FakeTarget:
    """Answers as `script` says, in the order of the calls; then always well. `gate`: an event that sends wait for."""

    batch: int = 1
    script: list[Outcome] = field(default_factory=list)
    answer: Callable[[Parcel], Outcome | None] | None = None
    sent: list[tuple[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    flying: int = 0
    most: int = 0
    pause: Callable[[Parcel], asyncio.Event | None] | None = None
    closed: bool = False

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        return [await self._one(p) for p in parcels]

    async def _one(self, parcel: Parcel) -> Outcome:
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            gate = self.pause(parcel) if self.pause else None
            if gate is not None:
                await gate.wait()
            else:
                await asyncio.sleep(0)
            self.sent.append((parcel.delivery_id, json.loads(parcel.body)))
            self.keys.append(parcel.idempotency_key)
            if self.answer is not None:
                found = self.answer(parcel)
                if found is not None:
                    return found
            return self.script.pop(0) if self.script else Outcome(status=200, sent_to="test")
        finally:
            self.flying -= 1

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        self.closed = True

    @property
    def bodies(self) -> list[Any]:
        return [body for _, body in self.sent]


class NoSlots:
    def __init__(self) -> None:
        self.busy: dict[str, set[int]] = {}

    def take(self, connection: str, limit: int) -> int | None:
        busy = self.busy.setdefault(connection, set())
        free = next((n for n in range(limit) if n not in busy), None)
        if free is not None:
            busy.add(free)
        return free

    def give(self, connection: str, slot: int) -> None:
        self.busy[connection].discard(slot)


class NoRates:
    async def take(self, connection: str, rate: float, count: int) -> float:
        return 0.0


class Bell:
    rung = 0

    def ring(self) -> None:
        self.rung += 1


class Log:
    """Nothing may be logged as an error in a test that does not ask for it."""

    def error(self, event: str, **fields: Any) -> None:
        raise AssertionError(f"{event}: {fields}") from fields.get("exc_info")

    def warning(self, event: str, **fields: Any) -> None:
        return

    info = warning


class Workshop:
    """`deliver()` runs a shift; `later(seconds)` moves the clock."""

    def __init__(self, tmp_path: Path, **route: Any) -> None:
        self.ledger = MemoryLedger(tmp_path / "blobs")
        self.targets: dict[str, FakeTarget] = {}
        self.marks: list[int] = []
        self.isolated: Callable[[Callable[[], Any]], str | None] = lambda work: None
        self.bell = Bell()
        self.patience = 0.0
        self.log: Any = Log()
        self.route = self.make_route(**route)
        self.connections = {
            t.send.connection: Connection(t.send.connection, "fake", breaker=Breaker(3, 30)) for t in self.route.targets
        }
        self.reader = RecordReader(json.loads)
        self.receiver = Receiver(self.ledger, self.bell)

    def make_route(self, targets: Sequence[Target] = (), source: str = "http", **more: Any) -> Route:
        return Route("r", Source(source, {source: "x"}), tuple(targets), 1, codec=Json(), **more)

    @property
    def table(self) -> Table:
        return Table(1, {"r": self.route}, self.connections, {})

    def received(self) -> datetime:
        return datetime.now(UTC)

    def put(self, *bodies: Any, headers: dict[str, str] | None = None) -> list[str]:
        now = self.received()
        envelopes = [
            Envelope(
                new_id(),
                "r",
                "x",
                now,
                raw=b if isinstance(b, bytes) else json.dumps(b).encode(),
                headers=headers or {},
            )
            for b in bodies
        ]
        receipts = self.receiver.store([self.receiver.admit(self.route, e) for e in envelopes])
        return [r.id for r in receipts]

    def desk(self) -> Desk:
        return Desk(
            self.ledger, lambda version: self.table, lambda c, kind: self.targets.setdefault(c.id, FakeTarget()),
            NoSlots(), NoRates(), self.marks.append, self.reader, lambda work: self.isolated(work), "me/1/1",
            lambda: False, random.Random(1), log=self.log,
        )  # fmt: skip

    def deliver(self) -> int:
        async def shift() -> int:
            desk = self.desk()
            try:
                return await asyncio.wait_for(Shift(desk, self.bell, patience=self.patience).run(), 10)
            finally:
                await desk.close()

        return asyncio.run(shift())

    def later(self, seconds: float) -> None:
        self.ledger.clock.advance(seconds)

    def parked(self) -> list[tuple[int, str, str, str]]:
        return self.ledger.db.read("SELECT record, target, state, stage FROM parked ORDER BY seq, record, target")

    def open(self) -> int:
        return int(self.ledger.db.read("SELECT count(*) FROM work WHERE state=0")[0][0])


def target(id: str = "t", connection: str = "erp", **more: Any) -> Target:
    return Target(id, "r", Send("fake", connection, {}, lambda m: None), codec=Json(), **more)


__all__ = ["Do", "Expr", "FakeTarget", "Otherwise", "RetryPolicy", "Split", "Workshop", "target"]
