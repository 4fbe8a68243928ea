"""W3: stock events of about 300 bytes in a queue of a RabbitMQ, and to which queue each must go."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import amqp

from adapters.amqp.broker import broker_of

SOURCE, RETURNS, SOLD_OUT, STOCK = "bench.in", "bench.returns", "bench.soldout", "bench.stock"
OUT = (RETURNS, SOLD_OUT, STOCK)
NOTE = "Counted by two people after closing time, the shelf below the stairs was not part of it this time. "


def events(count: int) -> Iterator[tuple[bytes, str]]:
    """The bodies, the same on every machine, each with the queue that it belongs to."""
    chance = random.Random(3)
    for number in range(1, count + 1):
        kind, qty = chance.choice(("sale", "return", "adjust")), chance.randint(-9, 9)
        event = {
            "event_id": f"E-{number:07d}", "type": kind, "sku": f"SKU-{chance.randint(1, 5000)}", "store": "0042",
            "qty": qty, "at": f"2026-03-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z", "note": NOTE,
        }  # fmt: skip
        queue = RETURNS if kind == "return" else SOLD_OUT if qty <= 0 else STOCK
        yield json.dumps(event, separators=(",", ":")).encode(), queue


class Queues:
    """The four of them, durable and empty at first; removed at the end."""

    def __init__(self, url: str) -> None:
        broker = broker_of(url)
        self._connection = amqp.Connection(
            f"{broker.host}:{broker.port}", userid=broker.user, password=broker.password, virtual_host=broker.vhost,
            confirm_publish=True,
        )  # fmt: skip
        self._connection.connect()
        self._channel = self._connection.channel()
        for name in (SOURCE, *OUT):
            self._channel.queue_declare(name, durable=True, auto_delete=False)
            self._channel.queue_purge(name)

    def fill(self, count: int, until: Callable[[Callable[[], bool], float], None]) -> None:
        """All persistent, once nobody reads the queue; returns when all are there."""
        until(lambda: self._channel.queue_declare(SOURCE, passive=True).consumer_count == 0, 0.05)
        with self._connection.channel() as channel:
            for body, _ in events(count):
                message = amqp.Message(body, content_type="application/json", delivery_mode=2)
                channel._basic_publish(message, "", SOURCE)  # unconfirmed: the count says when they are there
        until(lambda: self.waiting(SOURCE) == count, 0.05)

    def waiting(self, *names: str) -> int:
        return sum(self._channel.queue_declare(name, passive=True).message_count for name in names)

    def taken(self) -> Iterator[tuple[bytes, str]]:
        """Everything that came out, with its queue."""
        for name in OUT:
            while (message := self._channel.basic_get(name, no_ack=True)) is not None:
                yield bytes(message.body if isinstance(message.body, bytes) else message.body.encode()), name

    def close(self) -> None:
        for name in (SOURCE, *OUT):
            self._channel.queue_delete(name)
        self._connection.close()


def compare(count: int, came: Iterator[tuple[bytes, str]]) -> tuple[int, int]:
    """(missing or in the wrong queue or changed, come again)."""
    expected, got = Counter(events(count)), Counter(came)
    wrong = sum((expected - got).values())
    again = sum(n - 1 for one, n in got.items() if one in expected)
    return wrong + sum(n for one, n in got.items() if one not in expected), again


def since(begun: Callable[[], bool]) -> float:
    """The time of the last look before it had begun."""
    looked = time.monotonic()
    while not begun():
        looked = time.monotonic()
        time.sleep(0.02)
    return looked
