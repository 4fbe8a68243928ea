"""Messages that go on to another route."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.bodies import SMALL
from adapters.ledger.memory import MemoryLedger
from adapters.outbound.route.kind import MOST_HOPS, RouteKind
from adapters.outbound.route.target import RouteTarget
from router.errors import LedgerFull, MessageError
from router.headers import HOPS
from router.message import Envelope, File, Message
from router.ports import Outcome, Parcel
from router.receive import Receiver
from router.route import Route, Source, Table
from tests.contracts.target import Features, TargetContract
from tests.router.workshop import Bell, Json, target

ADDRESS = RouteKind().prepare({"route": "r"}, "", "on")


def message(headers: dict[str, str] | None = None) -> Message:
    envelope = Envelope(
        "m", "a", "/a", datetime(2026, 1, 1, tzinfo=UTC), raw=b"{}", headers=headers or {}, client="shop",
        file=File("SALES_1.csv", 2),
    )  # fmt: skip
    return Message(envelope, {})


class Inside:
    """The other side is the ledger itself."""

    secret = ""

    def __init__(self, folder: Path, enabled: bool = True) -> None:
        self.ledger = MemoryLedger(folder / "blobs")
        self.route = Route("r", Source("route", {"route": True}), (target(),), 1, codec=Json(), enabled=enabled)
        self.receiver = Receiver(self.ledger, Bell())
        table = Table(1, {"r": self.route}, {}, {})
        self.target = RouteTarget(self.receiver, lambda: table, self.ledger.blob)

    def parcel(self, n: int) -> Parcel:
        return Parcel(f"m{n}:on", f"m{n}:on", b'{"n": %d}' % n, "application/json", ADDRESS(message()))

    def refused(self, n: int) -> Parcel:
        raise NotImplementedError

    def arrived(self) -> Sequence[bytes]:
        seqs = [seq for (seq,) in self.ledger.db.read("SELECT seq FROM message WHERE body IS NOT NULL OR blob IS NOT NULL")]
        found = [self.ledger.message(seq) for seq in seqs]
        return [stored.envelope.read() for stored in found if stored is not None]


class TestRouteTarget(TargetContract):
    features = Features(once=True, unreachable="io")

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[Inside]:
        yield Inside(folder)

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[Inside]:
        yield Inside(folder, enabled=False)


async def sent(inside: Inside, *parcels: Parcel) -> list[Outcome]:
    return await inside.target.send(parcels)


async def test_what_goes_on_is_a_message_with_the_headers_and_the_file(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    [outcome] = await sent(inside, inside.parcel(1))
    assert (outcome.status, outcome.response_type, outcome.sent_to) == (202, "application/json", "route r")
    stored = inside.ledger.message(1 << 16)
    assert stored is not None
    envelope = stored.envelope
    assert outcome.response == b'{"id":"%s"}' % envelope.id.encode()
    assert (envelope.route, envelope.source, envelope.client) == ("r", "route", "shop")
    assert envelope.content_type == "application/json"
    assert envelope.file is not None
    assert envelope.file.name == "SALES_1.csv"
    assert envelope.headers == {HOPS: "1"}


async def test_a_large_body_lies_in_a_blob(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    parcel = replace(inside.parcel(1), body=b'"' + b"x" * SMALL + b'"')
    assert [o.error for o in await sent(inside, parcel)] == [None]
    stored = inside.ledger.message(1 << 16)
    assert stored is not None
    assert stored.envelope.blob is not None
    assert inside.arrived() == [parcel.body]


async def test_an_edited_delivery_is_another_message(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    first = inside.parcel(1)
    await sent(inside, first, replace(first, idempotency_key="m1:on.r2", body=b'{"n": 7}'))
    assert inside.arrived() == [first.body, b'{"n": 7}']


async def test_what_the_ledger_does_not_take_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = Inside(tmp_path)

    def full(*_: object) -> None:
        raise LedgerFull("there is no space left")

    monkeypatch.setattr(inside.receiver, "store", full)
    [outcome] = await sent(inside, inside.parcel(1))
    assert (outcome.error, "no space left" in outcome.reason) == ("io", True)


def test_after_sixteen_routes_it_is_a_loop() -> None:
    assert ADDRESS(message({HOPS: str(MOST_HOPS - 1)})).headers[HOPS] == str(MOST_HOPS)
    with pytest.raises(MessageError) as caught:
        ADDRESS(message({HOPS: str(MOST_HOPS)}))
    assert (caught.value.stage, caught.value.error) == ("send", "loop")
    assert "circle" in caught.value.reason


async def test_a_paused_route_takes_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    inside, paused = Inside(tmp_path), {"r"}
    inside.target = RouteTarget(
        inside.receiver, lambda: Table(1, {"r": inside.route}, {}, {}), inside.ledger.blob, paused.__contains__
    )
    [outcome] = await sent(inside, inside.parcel(1))
    assert (outcome.error, outcome.reason) == ("io", "the route r is paused: crossdock routes resume r")
    assert inside.arrived() == []
    paused.clear()
    [outcome] = await sent(inside, inside.parcel(1))
    assert outcome.ok
    assert len(inside.arrived()) == 1


async def test_a_route_that_a_limit_closed_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    inside, closed = Inside(tmp_path), {"r": "7 deliveries to r.t are open, at most 5 may be"}
    inside.target = RouteTarget(
        inside.receiver, lambda: Table(1, {"r": inside.route}, {}, {}), inside.ledger.blob,
        closed=lambda route: closed.get(route, ""),
    )  # fmt: skip
    [outcome] = await sent(inside, inside.parcel(1))
    assert outcome.error == "io"
    assert outcome.reason == "the route r takes nothing in: 7 deliveries to r.t are open, at most 5 may be"
    assert inside.arrived() == []
    closed.clear()
    [outcome] = await sent(inside, inside.parcel(1))
    assert outcome.ok
    assert len(inside.arrived()) == 1
