"""Queues and streams while intake is closed: they are not read, nobody spins, and it goes on by itself."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from tests.faults.shop import Shop, until
from tests.faults.sink import Sink
from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import RabbitMQ
from tests.integration.servers.valkey import Valkey

ROUTES = """
version: 1
limits: {{open: 150}}
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 60s}}
  bus: {{type: amqp, url: "{bus}", timeout: 5s}}
  events: {{type: redis, url: "{stream}", timeout: 5s}}
routes:
  stock:
    from: {{amqp: bus, queue: {queue}}}
    to: [{{id: erp, limit: 100, send: {{http: erp, path: /stock}}}}]
  events:
    from: {{redis: events, stream: {queue}}}
    format: json
    to: [{{id: erp, limit: 100, send: {{http: erp, path: /events}}}}]
"""
FIRST, LATER = 120, 500
IDLE = 0.5
"""Seconds of a processor that the sources and the ticker may take in three seconds of waiting."""


@pytest.fixture
def queues(rabbitmq: RabbitMQ, unique: str) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
        yield queues


@pytest.fixture
def stream(valkey: Valkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey.url) as client:
        yield client


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


@pytest.fixture
async def shop(
    rabbitmq: RabbitMQ, valkey: Valkey, queues: Queues, sink: Sink, unique: str, tmp_path: Path
) -> AsyncIterator[Shop]:
    names = {"bus": rabbitmq.url, "stream": valkey.url, "queue": unique}
    async with Shop(tmp_path / "shop", sink.port, ROUTES, **names) as shop:
        yield shop


def put(queues: Queues, stream: redis.Redis, name: str, numbers: range) -> None:
    for n in numbers:
        queues.put(name, json.dumps({"n": n}).encode(), message_id=f"m{n}", content_type="application/json")
        stream.xadd(name, {"body": json.dumps({"n": n})})
    queues.confirm()


def processor(pid: int) -> float:
    """Seconds that a process took of it so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_over_the_limit_nothing_is_read_until_there_is_room(
    shop: Shop, sink: Sink, queues: Queues, stream: redis.Redis, unique: str
) -> None:
    for target in ("stock.erp", "events.erp"):
        assert shop.run("targets", "pause", target, "--yes").returncode == 0
    await asyncio.to_thread(put, queues, stream, unique, range(FIRST))
    await until(lambda: shop.log.count("action=intake_closed") == 3, 30)
    await until(lambda: not reading(queues, stream, unique), 30)
    await asyncio.to_thread(put, queues, stream, unique, range(FIRST, FIRST + LATER))
    inbound = shop.pids()["inbound"]
    before = processor(inbound)
    await asyncio.sleep(3)  # in which nothing may happen
    assert processor(inbound) - before < IDLE
    status = await shop.figures("status")
    assert status["accepted"] == 2 * FIRST
    assert set(status["closed"]) == {"open", "stock.erp", "events.erp"}
    assert queues.count(unique) == LATER
    assert not reading(queues, stream, unique)
    for target in ("stock.erp", "events.erp"):
        assert shop.run("targets", "resume", target, "--yes").returncode == 0
    for kind in ("stock", "events"):
        await until(lambda kind=kind: len(sink.keys[kind]) == FIRST + LATER, 60)  # type: ignore[misc]
        assert sorted(a.body["n"] for a in sink.seen[kind]) == list(range(FIRST + LATER)), "each once"
    await shop.settle()
    await until(lambda: shop.log.count("action=intake_opened") == shop.log.count("action=intake_closed"), 20)


def reading(queues: Queues, stream: redis.Redis, name: str) -> bool:
    """Whether the queue has a consumer, or somebody waits at the stream."""
    consumers = queues.channel.queue_declare(name, passive=True).consumer_count
    return bool(consumers) or any(one["cmd"].startswith("xread") for one in stream.client_list())
