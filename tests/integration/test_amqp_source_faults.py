"""The AMQP source while its broker is stopped or frozen, its queue goes and comes, or its ledger refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from structlog.testing import capture_logs

from adapters.inbound.amqp import consumer
from router.errors import LedgerBusy
from tests.integration.quay import Quay, until
from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import PASSWORD, RabbitMQ
from tests.longer import LONG


@pytest.fixture
def queues(rabbitmq: RabbitMQ, unique: str) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
        yield queues


@pytest.fixture
def quay(rabbitmq: RabbitMQ, unique: str, tmp_path: Path) -> Iterator[Quay]:
    quay = Quay(tmp_path, rabbitmq.url, unique, prefetch=100)
    yield quay
    quay.close()


def put(queues: Queues, queue: str, first: int, count: int) -> None:
    for n in range(first, first + count):
        queues.put(queue, b"%d" % n, message_id=f"m{n}")


def unacknowledged(rabbitmq: RabbitMQ, queue: str) -> int:
    listed = rabbitmq.control("list_queues", "name", "messages_unacknowledged", "--formatter", "json")
    return next(int(row["messages_unacknowledged"]) for row in json.loads(listed) if row["name"] == queue)


def numbers(quay: Quay) -> list[int]:
    return sorted(int(body) for body in quay.bodies())


async def at_rest(quay: Quay) -> int:
    """How many were accepted when no more come."""
    before = -1
    while before != (now := len(quay.bodies())):
        before = now
        await asyncio.sleep(0.2)
    return before


@pytest.mark.parametrize("harm", ["kill", "stop"] if LONG else ["kill"])
async def test_the_broker_restarts_in_the_middle(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str, harm: str
) -> None:
    put(queues, unique, 0, 3000)
    queues.confirm()
    rabbitmq.keep_declarations()
    queues.close()
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: len(quay.commits) > 3)
            await asyncio.to_thread(getattr(rabbitmq, harm))
            taken = len(quay.rows())
            assert taken < 3000
            await asyncio.to_thread(rabbitmq.start)
            await until(lambda: len(quay.bodies()) >= 3000)
            put(queues, unique, 3000, 100)
            await until(lambda: len(quay.bodies()) >= 3100)
    assert numbers(quay) == list(range(3100))
    actions = [entry["action"] for entry in logs]
    assert actions.count("amqp_source_lost") == 1
    assert actions[-1] == "amqp_source_recovered"
    assert PASSWORD not in str(logs)


async def test_a_frozen_broker_is_waited_out(rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str) -> None:
    put(queues, unique, 0, 2000)
    async with quay.working():
        await until(lambda: len(quay.commits) > 2)
        rabbitmq.pause()
        frozen = await at_rest(quay)
        assert frozen < 2000
        rabbitmq.resume()
        await until(lambda: len(quay.bodies()) >= 2000)
        rabbitmq.pause()
        started = perf_counter()
    assert perf_counter() - started < 5  # it ends though the broker says nothing
    rabbitmq.resume()
    assert numbers(quay) == list(range(2000))


async def test_a_broker_that_says_nothing_any_more_is_left(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "HEARTBEAT", 1)
    with capture_logs() as logs:
        async with quay.working():
            put(queues, unique, 0, 10)
            await until(lambda: len(quay.bodies()) == 10)
            rabbitmq.pause()
            await until(lambda: len(logs) >= 2)
            rabbitmq.resume()
            put(queues, unique, 10, 10)
            await until(lambda: len(quay.bodies()) == 20)
    said = [entry["event"] for entry in logs]
    assert "does not answer any more" in said[0]
    assert "did not answer within 3 s" in said[1]
    assert logs[-1]["action"] == "amqp_source_recovered"


async def test_what_was_not_stored_before_the_connection_was_lost_is_left_to_the_broker(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str
) -> None:
    """It may go to another host meanwhile: storing it here as well would send it twice."""
    for n in range(300):
        queues.put(unique, b"%d" % n)  # without ids
    queues.confirm()
    queues.close()
    quay.refuse = LedgerBusy()
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: quay.refused >= 1)
            await asyncio.to_thread(rabbitmq.control, "close_all_connections", "maintenance")
            await until(lambda: "amqp_source_lost" in [entry["action"] for entry in logs])
            quay.refuse = None
            await until(lambda: len(quay.rows()) >= 300)
            await until(lambda: queues.count(unique) == 0)
    assert numbers(quay) == list(range(300))


async def test_a_ledger_that_refuses_takes_nothing_and_loses_nothing(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str
) -> None:
    put(queues, unique, 0, 1000)
    quay.refuse = LedgerBusy()
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: quay.refused >= 3)
            assert 0 < unacknowledged(rabbitmq, unique) <= 100  # prefetch, and no more
            assert quay.rows() == []
            quay.refuse = None
            await until(lambda: len(quay.bodies()) >= 1000)
    assert numbers(quay) == list(range(1000))
    assert [entry["action"] for entry in logs] == ["amqp_source_waits_for_ledger", "amqp_source_recovered"]
    assert quay.refused < 10


async def test_while_its_route_is_paused_messages_stay_in_the_queue(quay: Quay, queues: Queues, unique: str) -> None:
    async with quay.working():
        put(queues, unique, 0, 10)
        await until(lambda: len(quay.bodies()) == 10)
        quay.paused = True
        await until(lambda: queues.channel.queue_declare(unique, passive=True).consumer_count == 0)
        put(queues, unique, 10, 10)
        queues.confirm()
        assert queues.count(unique) == 10
        quay.paused = False
        await until(lambda: len(quay.bodies()) == 20)
    assert numbers(quay) == list(range(20))


async def test_it_can_be_stopped_while_the_ledger_refuses(quay: Quay, queues: Queues, unique: str) -> None:
    put(queues, unique, 0, 10)
    quay.refuse = LedgerBusy()
    async with quay.working():
        await until(lambda: quay.refused >= 2)
        started = perf_counter()
    assert perf_counter() - started < 5
    await until(lambda: queues.count(unique) == 10)


async def test_a_full_disk_under_large_bodies_is_waited_out(quay: Quay, queues: Queues, unique: str) -> None:
    queues.put(unique, b"x" * 100_000, message_id="m1")
    blobs = quay.folder / "blobs"
    blobs.rmdir()
    blobs.write_text("in the way")
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: logs)
            blobs.unlink()
            blobs.mkdir()
            await until(lambda: quay.rows())
    assert "a large body cannot be written" in logs[0]["event"]
    assert quay.rows("size") == [(100_000,)]


async def test_a_queue_that_is_missing_is_named_and_waited_for(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str
) -> None:
    queues.channel.queue_delete(unique)
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: logs)
            queues.declare(unique)
            put(queues, unique, 0, 1)
            await until(lambda: quay.rows())
            queues.channel.queue_delete(unique)
            await until(lambda: len(logs) >= 3)
            queues.declare(unique)
            put(queues, unique, 1, 1)
            await until(lambda: len(quay.rows()) == 2)
    said = [entry["event"] for entry in logs]
    assert f"there is no queue {unique!r} at amqp://127.0.0.1:{rabbitmq.port}/: declare it" in said[0]
    assert f"took the queue {unique!r} away" in said[2]
    assert numbers(quay) == [0, 1]


async def test_a_queue_that_another_holds_for_itself(quay: Quay, queues: Queues, unique: str) -> None:
    tag = queues.channel.basic_consume(unique, exclusive=True)
    with capture_logs() as logs:
        async with quay.working():
            await until(lambda: logs)
            assert "does not let us have" in logs[0]["event"]
            queues.channel.basic_cancel(tag)
            put(queues, unique, 0, 1)
            await until(lambda: quay.rows())


async def test_a_dead_letter_exchange_is_left_alone(quay: Quay, queues: Queues, unique: str) -> None:
    """The broker's dead letters are for what is rejected; here nothing is, whatever is in it."""
    queues.declare(f"{unique}-dead")
    queues.channel.queue_delete(unique)
    queues.declare(unique, {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{unique}-dead"})
    queues.put(unique, b"\xff\xfe no text", content_type="application/json")
    async with quay.working():
        await until(lambda: quay.rows() and queues.count(unique) == 0)
    assert queues.count(unique) == 0
    assert queues.count(f"{unique}-dead") == 0


async def test_two_sources_share_a_queue(rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Quay(tmp_path / "other", rabbitmq.url, unique, prefetch=10)
    async with quay.working(), other.working():
        put(queues, unique, 0, 500)
        await until(lambda: len(quay.bodies()) + len(other.bodies()) >= 500)
    assert sorted(numbers(quay) + numbers(other)) == list(range(500))
    other.close()
