"""The AMQP source against a RabbitMQ, with a real ledger behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.integration.quay import Quay, killed, until
from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import RabbitMQ


@pytest.fixture
def queues(rabbitmq: RabbitMQ, unique: str) -> Iterator[Queues]:
    with Queues(rabbitmq) as queues:
        queues.declare(unique)
        yield queues


@pytest.fixture
def quay(rabbitmq: RabbitMQ, unique: str, tmp_path: Path) -> Iterator[Quay]:
    quay = Quay(tmp_path, rabbitmq.url, unique)
    yield quay
    quay.close()


async def test_ten_thousand_messages_are_accepted_once_each(quay: Quay, queues: Queues, unique: str) -> None:
    bodies = [b'{"n":%d}' % n for n in range(10_000)]
    for n, body in enumerate(bodies):
        queues.put(unique, body, message_id=f"m{n}", content_type="application/json")
    async with quay.working():
        await until(lambda: sum(quay.commits) >= 10_000)
        await until(lambda: queues.count(unique) == 0)
    assert quay.bodies() == bodies
    assert len(quay.commits) < 1_000  # many at a time
    assert max(quay.commits) <= 500
    assert queues.count(unique) == 0  # nothing came back


async def test_what_came_with_a_message_is_in_its_headers(quay: Quay, queues: Queues, unique: str) -> None:
    sent = {
        "content_type": "application/json", "content_encoding": "utf-8", "correlation_id": "c1", "type": "stock.changed",
        "app_id": "wms", "reply_to": "answers", "priority": 3, "expiration": "600000", "message_id": "m1",
        "timestamp": 1_700_000_000,
        "application_headers": {
            "X-Shop": "Köln", "n": 7, "big": 2**40, "yes": True, "price": 1.5, "since": datetime(2026, 11, 25, 8),
            "nothing": None, "list": [1], "table": {"a": 1}, "Authorization": "s3cret", "amqp-type": "not this",
        },
    }  # fmt: skip
    queues.exchange(f"{unique}-x", "fanout", {unique: ""})
    queues.publish(f"{unique}-x", "stock.42", b"{}", **sent)
    async with quay.working():
        await until(lambda: quay.rows())
    [(content_type, headers, source, route)] = quay.rows("content_type, headers, source, route")
    assert (content_type, source, route) == ("application/json", "bus", "stock")
    assert json.loads(headers) == {
        "x-shop": "Köln", "n": "7", "big": "1099511627776", "yes": "true", "price": "1.5",
        "since": "2026-11-25T08:00:00+00:00", "amqp-message-id": "m1", "amqp-correlation-id": "c1",
        "amqp-type": "stock.changed", "amqp-app-id": "wms", "amqp-reply-to": "answers", "amqp-expiration": "600000",
        "amqp-priority": "3", "amqp-timestamp": "2023-11-14T22:13:20+00:00", "amqp-content-encoding": "utf-8",
        "amqp-exchange": f"{unique}-x", "amqp-routing-key": "stock.42",
    }  # fmt: skip


async def test_properties_that_nobody_can_read_stop_no_queue(quay: Quay, queues: Queues, unique: str) -> None:
    """An id that is no UTF-8, a time in milliseconds: the driver raises at both."""
    for n, odd in enumerate([{"correlation_id": b"\xff\xfe"}, {"timestamp": 1_700_000_000_000_000}]):
        queues.put(unique, b"%d" % n, message_id=f"m{n}", **odd)
    queues.put(unique, b"2", message_id="m2")
    async with quay.working():
        await until(lambda: len(quay.rows()) == 3)
    headers = [json.loads(row[0]) for row in quay.rows("headers")]
    assert headers[0]["amqp-correlation-id"] == "\xff\xfe"
    assert headers[1]["amqp-timestamp"] == "1700000000000000"
    assert quay.bodies() == [b"0", b"1", b"2"]


async def test_large_and_empty_bodies(quay: Quay, queues: Queues, unique: str) -> None:
    sizes = [0, 65_536, 65_537, 131_072, 2_000_000]
    for size in sizes:
        queues.put(unique, b"x" * size)
    async with quay.working():
        await until(lambda: len(quay.rows()) == len(sizes))
        await until(lambda: queues.count(unique) == 0)
    rows = quay.rows("size, body, blob")
    assert [row[0] for row in rows] == sizes
    assert [len(body) if body is not None else None for _, body, _ in rows] == [0, 65_536, None, None, None]
    assert [(quay.folder / "blobs" / blob).stat().st_size for *_, blob in rows if blob] == sizes[2:]


async def test_a_packed_body_is_a_dead_letter_with_its_reason(quay: Quay, queues: Queues, unique: str) -> None:
    queues.put(unique, b"\x1f\x8b\x08", content_encoding="gzip")
    async with quay.working():
        await until(lambda: quay.rows())
    [(stage, reason)] = quay.ledger.db.read("SELECT stage, error FROM parked WHERE state='dead'")
    assert stage == "decode"
    assert "gzip" in str(quay.ledger.db.read("SELECT * FROM parked")[0]), reason
    assert quay.bodies() == [b"\x1f\x8b\x08"]


@pytest.mark.parametrize("kill_at", [1, 3])
async def test_a_kill_between_commit_and_acknowledgement_loses_and_doubles_nothing(
    rabbitmq: RabbitMQ, queues: Queues, quay: Quay, unique: str, kill_at: int
) -> None:
    bodies = [b"%d" % n for n in range(200)]
    for n, body in enumerate(bodies):
        queues.put(unique, b"%d" % n if n != 7 else body, message_id=f"m{n}")
    killed(quay.folder, rabbitmq.url, unique, 40, kill_at)
    before = len(quay.rows())
    assert before > 0
    await until(lambda: queues.count(unique) > 200 - before)  # what was not acknowledged is back
    async with quay.working():
        await until(lambda: len(quay.bodies()) >= 200 and queues.count(unique) == 0)
    assert sorted(quay.bodies()) == sorted(bodies)
    assert 200 < len(quay.rows()) <= 200 + before, "what was stored and not acknowledged comes again, as a duplicate"


async def test_without_an_id_it_comes_twice_rather_than_never(
    rabbitmq: RabbitMQ, queues: Queues, quay: Quay, unique: str
) -> None:
    for n in range(30):
        queues.put(unique, b"%d" % n)
    killed(quay.folder, rabbitmq.url, unique, 40, 1)
    await until(lambda: queues.count(unique) == 30)
    async with quay.working():
        await until(lambda: queues.count(unique) == 0 and sum(quay.commits) >= 30)
    assert set(quay.bodies()) == {b"%d" % n for n in range(30)}
    assert len(quay.bodies()) > 30


async def test_a_new_message_with_the_id_of_another_is_accepted(quay: Quay, queues: Queues, unique: str) -> None:
    for body in (b"one", b"one", b"two"):
        queues.put(unique, body, message_id="always the same")
    async with quay.working():
        await until(lambda: len(quay.rows()) == 3)
    assert quay.bodies() == [b"one", b"one", b"two"]


async def test_messages_that_differ_by_their_headers_alone_are_two_also_when_they_come_again(
    rabbitmq: RabbitMQ, quay: Quay, queues: Queues, unique: str
) -> None:
    for n in (1, 2):
        queues.put(unique, b"{}", message_id="always the same", application_headers={"n": n})
    queues.confirm()
    with Queues(rabbitmq) as crashed:
        while crashed.channel.basic_get(unique) is not None:
            pass
    await until(lambda: queues.count(unique) == 2)
    async with quay.working():
        await until(lambda: len(quay.rows()) == 2)
    assert quay.bodies() == [b"{}", b"{}"]


async def test_what_a_quorum_queue_counts_on_a_message_makes_it_no_other_one(
    rabbitmq: RabbitMQ, queues: Queues, quay: Quay, unique: str
) -> None:
    quay.queue = f"{unique}-quorum"
    queues.declare(quay.queue, {"x-queue-type": "quorum"})
    for n in range(50):
        queues.put(quay.queue, b"%d" % n, message_id=f"m{n}", application_headers={"n": n})
    queues.confirm()
    killed(quay.folder, rabbitmq.url, quay.queue, 40, 1)
    stored = len(quay.rows())
    assert stored > 0
    async with quay.working():
        await until(lambda: len(quay.rows()) >= 50 + stored)
    assert sorted(quay.bodies()) == sorted(b"%d" % n for n in range(50))
    assert any("x-delivery-count" in headers for (headers,) in quay.rows("headers"))
