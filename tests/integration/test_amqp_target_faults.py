"""The AMQP target while its broker is stopped, killed, frozen, full or not what it should be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from time import perf_counter

import pytest

from adapters.outbound.amqp.target import GRACE, AmqpTarget
from router.ports import Outcome
from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import PASSWORD, RabbitMQ
from tests.integration.test_amqp_target import TIMEOUT, errors, open_target, parcel

WINDOW = 500


@pytest.fixture
def queues(rabbitmq: RabbitMQ, unique: str) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
        yield queues


@pytest.fixture
async def target(rabbitmq: RabbitMQ) -> AsyncIterator[AmqpTarget]:
    target = open_target(rabbitmq.url)
    yield target
    await target.close()


async def one(url: str, queue: str = "q") -> Outcome:
    """How a single message ends; its words hold no password."""
    target = open_target(url)
    try:
        [outcome] = await target.send([parcel(1, "", queue)])
    finally:
        await target.close()
    assert PASSWORD not in outcome.reason + outcome.sent_to
    return outcome


async def test_it_speaks_tls_to_a_broker_that_it_trusts(rabbitmq: RabbitMQ, queues: Queues, unique: str) -> None:
    trusted = await one(f"{rabbitmq.tls_url}?cacertfile={rabbitmq.ca}", unique)
    assert trusted.ok
    assert trusted.sent_to.startswith(f"amqps://127.0.0.1:{rabbitmq.tls_port}/ ")
    stranger = await one(rabbitmq.tls_url, unique)
    assert (stranger.error, "certificate" in stranger.reason) == ("connect", True)


@pytest.mark.parametrize(("old", "new", "words"), [
    ("bunny", "bunnie", "ACCESS_REFUSED"), ("127.0.0.1", "no-such-host.invalid", "could not find the host"),
    ("/?", "/no-such-vhost?", "vhost no-such-vhost not found"),
])  # fmt: skip
async def test_what_makes_it_impossible_to_connect(rabbitmq: RabbitMQ, old: str, new: str, words: str) -> None:
    outcome = await one(f"{rabbitmq.url}?".replace(old, new))
    assert outcome.error == "connect"
    assert words in outcome.reason


async def test_the_port_of_tls_without_tls(rabbitmq: RabbitMQ) -> None:
    outcome = await one(rabbitmq.url.replace(str(rabbitmq.port), str(rabbitmq.tls_port)))
    assert (outcome.error, "check the port" in outcome.reason) == ("connect", True)


async def test_a_connection_that_ended_while_nobody_looked_is_made_again(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    assert errors(await target.send([parcel(1, "", unique)])) == [None]
    queues.close()
    rabbitmq.control("close_all_connections", "maintenance")
    assert errors(await target.send([parcel(2, "", unique)])) == [None]
    assert len(queues.all(unique)) == 2


async def test_a_broker_that_is_killed_under_load_loses_nothing_that_was_confirmed(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    rabbitmq.keep_declarations()
    queues.close()
    confirmed: set[str] = set()
    failed: set[str | None] = set()
    sent = 0

    async def send_one_window() -> None:
        nonlocal sent
        parcels = [parcel(n, "", unique) for n in range(sent, sent + WINDOW)]
        sent += WINDOW
        outcomes = await target.send(parcels)
        confirmed.update(p.delivery_id for p, o in zip(parcels, outcomes, strict=True) if o.ok)
        failed.update(o.error for o in outcomes if not o.ok)

    load = [asyncio.create_task(send_one_window()) for _ in range(20)]
    while not confirmed:
        await asyncio.sleep(0.001)
    rabbitmq.kill()
    await asyncio.gather(*load)
    await send_one_window()
    assert failed <= {"reset", "connect"}
    assert "connect" in failed
    await asyncio.to_thread(rabbitmq.start)
    await send_one_window()
    kept = {got.properties["message_id"] for got in queues.all(unique)}
    assert confirmed <= kept
    assert len(confirmed) >= 2 * WINDOW


async def test_a_frozen_broker_keeps_nobody_longer_than_the_timeout(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    await target.send([parcel(0, "", unique)])
    rabbitmq.pause()
    started = perf_counter()
    big = b"x" * 1_000_000
    windows = [target.send([parcel(w * 10 + n, "", unique, big) for n in range(10)]) for w in range(4)]
    found = [error for outcomes in await asyncio.gather(*windows) for error in errors(outcomes)]
    assert perf_counter() - started < TIMEOUT + GRACE + 5
    assert set(found) <= {"timeout", "reset"}
    assert "timeout" in found
    again = await target.send([parcel(99, "", unique)])
    assert again[0].error == "timeout"
    assert again[0].reason
    rabbitmq.resume()
    assert errors(await until_taken(target, unique)) == [None]


async def test_a_broker_that_blocks_publishers_is_waited_for(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    rabbitmq.block_publishers()
    try:
        first = await target.send([parcel(n, "", unique) for n in range(3)])
        again = await target.send([parcel(n, "", unique, b"x" * 50_000) for n in range(200)])
        patient = open_target(rabbitmq.url, 60)
        waits = asyncio.create_task(patient.send([parcel(9, "", unique)]))
        await asyncio.sleep(0)
    finally:
        await asyncio.to_thread(rabbitmq.block_publishers, False)
    assert set(errors(first) + errors(again)) == {"timeout"}
    assert "blocks publishers (low on memory)" in first[0].reason
    assert "blocks publishers (low on memory)" in again[-1].reason
    assert errors(await waits) == [None]
    await patient.close()


async def test_what_is_under_way_when_the_worker_ends_is_an_outcome(
    rabbitmq: RabbitMQ, target: AmqpTarget, queues: Queues, unique: str
) -> None:
    await target.send([parcel(0, "", unique)])
    rabbitmq.pause()
    waits = asyncio.create_task(target.send([parcel(1, "", unique)]))
    await asyncio.sleep(0)
    await target.close()
    assert errors(await waits) == ["reset"]
    rabbitmq.resume()


async def test_a_missing_exchange_does_not_hold_up_others(target: AmqpTarget, queues: Queues, unique: str) -> None:
    """A window to a missing exchange, and 20 windows to a queue, at once."""
    sends = [target.send([parcel(n, "", unique) for n in range(50)]) for _ in range(20)]
    bad = target.send([parcel(n, "no-such-x", "k") for n in range(50)])
    *good, missing = await asyncio.gather(*sends, bad)
    assert {error for outcomes in good for error in errors(outcomes)} == {None}
    assert set(errors(missing)) == {"io"}


async def until_taken(target: AmqpTarget, queue: str) -> Sequence[Outcome]:
    """The broker has much to do after it was frozen."""
    for _ in range(10):
        outcomes = await target.send([parcel(100, "", queue)])
        if outcomes[0].ok:
            break
    return outcomes
