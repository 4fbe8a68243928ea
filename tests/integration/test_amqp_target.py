"""The AMQP target against a RabbitMQ: the contract of all targets, and how the broker says no."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from adapters.outbound.amqp.address import AmqpAddress
from adapters.outbound.amqp.frames import Headers
from adapters.outbound.amqp.kind import AmqpKind
from adapters.outbound.amqp.target import AmqpTarget
from router.ports import Outcome, Parcel
from tests.contracts.target import Features, TargetContract
from tests.integration.queues import Got, Queues
from tests.integration.servers.process import free_port
from tests.integration.servers.rabbitmq import PASSWORD, RabbitMQ

TIMEOUT = 2.0


def open_target(url: str, timeout: float = TIMEOUT) -> AmqpTarget:
    return AmqpKind().open("bus", {"url": url, "timeout": timeout}, 1)


def parcel(n: int, exchange: str, key: str, body: bytes | None = None, headers: Headers = ()) -> Parcel:
    id = f"m{n}:t"
    content = f"body {n}\0ä".encode() if body is None else body
    return Parcel(id, id, content, "application/json", AmqpAddress(exchange, key, headers))


@dataclass
class Side:
    target: AmqpTarget
    queue: str
    queues: Queues | None = None
    secret: str = PASSWORD

    def parcel(self, n: int) -> Parcel:
        return parcel(n, "", self.queue)

    def refused(self, n: int) -> Parcel:
        return parcel(n, "", f"{self.queue}-is-not-there")

    def arrived(self) -> Sequence[bytes]:
        assert self.queues is not None
        return [got.body for got in self.queues.all(self.queue)]


class TestAmqpTarget(TargetContract):
    features = Features(once=False, unreachable="connect", silent=TIMEOUT, refuses="returned")
    rabbitmq: ClassVar[RabbitMQ]
    name: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _server(self, rabbitmq: RabbitMQ, unique: str) -> None:
        type(self).rabbitmq, type(self).name = rabbitmq, unique

    @asynccontextmanager
    async def outside(self, folder: Path) -> AsyncIterator[Side]:
        with Queues(self.rabbitmq) as queues:
            queues.declare(self.name)
            side = Side(open_target(self.rabbitmq.url), self.name, queues)
            yield side
            await side.target.close()

    @asynccontextmanager
    async def unreachable(self, folder: Path) -> AsyncIterator[Side]:
        side = Side(open_target(f"amqp://crossdock:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{free_port()}/"), "q")
        yield side
        await side.target.close()

    @asynccontextmanager
    async def silent(self, folder: Path) -> AsyncIterator[Side]:
        async with self.outside(folder) as side:
            await side.target.send([side.parcel(0)])
            self.rabbitmq.pause()
            yield side
            self.rabbitmq.resume()


@pytest.fixture
def queues(rabbitmq: RabbitMQ) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        yield queues


@pytest.fixture
async def target(rabbitmq: RabbitMQ) -> AsyncIterator[AmqpTarget]:
    target = open_target(rabbitmq.url)
    yield target
    await target.close()


def errors(outcomes: Sequence[Outcome]) -> list[str | None]:
    return [outcome.error for outcome in outcomes]


async def test_a_message_is_persistent_and_has_its_id(target: AmqpTarget, queues: Queues, unique: str) -> None:
    queues.declare(unique)
    sent = parcel(1, "", unique, b"{}", (("x-shop", "Köln"), ("n", "")))
    assert errors(await target.send([sent])) == [None]
    [got] = queues.all(unique)
    assert got == Got(b"{}", {
        "content_type": "application/json", "delivery_mode": 2, "message_id": "m1:t",
        "application_headers": {"x-shop": "Köln", "n": ""},
    }, unique)  # fmt: skip


async def test_it_goes_by_an_exchange_and_its_routing_key(target: AmqpTarget, queues: Queues, unique: str) -> None:
    queues.declare(unique)
    queues.exchange(f"{unique}-x", "topic", {unique: "order.*"})
    outcomes = await target.send([parcel(1, f"{unique}-x", "order.created"), parcel(2, f"{unique}-x", "stock.changed")])
    assert errors(outcomes) == [None, "returned"]
    assert outcomes[1].reason == f"no queue took it: exchange {unique}-x, routing key 'stock.changed' (NO_ROUTE)"
    assert f" exchange {unique}-x, routing key 'order.created'" in outcomes[0].sent_to
    assert [got.routing_key for got in queues.all(unique)] == ["order.created"]


async def test_a_missing_exchange_is_no_matter_of_others(target: AmqpTarget, queues: Queues, unique: str) -> None:
    queues.declare(unique)
    parcels = [parcel(1, "", unique), parcel(2, "no-such-x", "k"), parcel(3, "", unique), parcel(4, "no-such-x", "k")]
    outcomes = await target.send(parcels)
    assert errors(outcomes) == [None, "io", None, "io"]
    assert outcomes[1].answered
    assert "no exchange 'no-such-x'" in outcomes[1].reason
    assert errors(await target.send([parcel(5, "", unique), parcel(6, "no-such-x", "k")])) == [None, "io"]


async def test_a_body_of_any_size_arrives_whole(target: AmqpTarget, queues: Queues, unique: str) -> None:
    queues.declare(unique)
    sizes = [0, 1, 131_063, 131_064, 131_065, 262_128, 3_000_000]
    bodies = [bytes(n % 251 for n in range(size)) for size in sizes]
    parcels = [parcel(n, "", unique, body) for n, body in enumerate(bodies)]
    assert errors(await target.send(parcels)) == [None] * len(sizes)
    assert [got.body for got in queues.all(unique)] == bodies


async def test_one_message_that_closes_the_channel_leaves_the_others(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    queues.declare(unique)
    largest = rabbitmq.control("eval", "application:get_env(rabbit, max_message_size).").strip()
    rabbitmq.control("eval", "application:set_env(rabbit, max_message_size, 100000).")
    try:
        parcels = [parcel(n, "", unique, b"x" * (100_001 if n == 7 else 10)) for n in range(20)]
        outcomes = await target.send(parcels)
    finally:
        number = "".join(c for c in largest if c.isdigit())
        rabbitmq.control("eval", f"application:set_env(rabbit, max_message_size, {number}).")
    assert errors(outcomes) == [None] * 7 + ["refused"] + [None] * 12
    assert outcomes[7].reason.startswith("it is larger than the broker takes: ")
    assert "message size 100001" in outcomes[7].reason
    assert {got.properties["message_id"] for got in queues.all(unique)} == {f"m{n}:t" for n in range(20) if n != 7}


async def test_large_messages_that_all_come_back_do_not_jam_the_line(target: AmqpTarget, queues: Queues, unique: str) -> None:
    outcomes = await target.send([parcel(n, "", unique, b"x" * 100_000) for n in range(300)])
    assert set(errors(outcomes)) == {"returned"}


async def test_a_full_queue_is_io(target: AmqpTarget, queues: Queues, unique: str) -> None:
    queues.declare(unique, {"x-max-length": 2, "x-overflow": "reject-publish"})
    outcomes = await target.send([parcel(n, "", unique) for n in range(5)])
    assert errors(outcomes) == [None, None, "io", "io", "io"]
    assert outcomes[4].answered
    assert f"queue {unique} may be full" in outcomes[4].reason
