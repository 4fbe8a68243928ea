"""The other side of an AMQP source: a system that puts stock events into its queue and counts what the broker confirmed."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from tests.integration.queues import Queues
from tests.integration.servers.rabbitmq import RabbitMQ

PORTION = 20
"""Events that are put before their confirms are waited for."""


class Publisher:
    """Runs in a thread of its own, as fast as `room` says, which is asked between portions. `confirmed`: body and time."""

    def __init__(self, server: RabbitMQ, queue: str) -> None:
        self.server, self.queue = server, queue
        self.confirmed: list[dict[str, Any]] = []
        self._room = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.failed: BaseException | None = None

    def declare(self) -> None:
        """The queue gives its events to one reader at a time: where several hosts read it, their order is the queue's."""
        with Queues(self.server) as queues:
            queues.declare(self.queue, {"x-single-active-consumer": True})

    def start(self) -> None:
        self._thread.start()

    def room(self, there_is: bool) -> None:
        (self._room.set if there_is else self._room.clear)()

    def stop(self) -> None:
        """Returns when its last portion is confirmed. Raises what it failed with."""
        self._stop.set()
        self._room.set()
        if self._thread.is_alive():
            self._thread.join(30)
        if self.failed is not None:
            raise self.failed

    def _run(self) -> None:
        try:
            with Queues(self.server) as queues:
                self._publish(queues)
        except BaseException as error:
            self.failed = error

    def _publish(self, queues: Queues) -> None:
        n = 0
        while self._room.wait() and not self._stop.is_set():
            bodies = [{"n": k, "key": f"s{k % 11}", "seq": k} for k in range(n + 1, n + 1 + PORTION)]
            n += PORTION
            for body in bodies:
                raw = json.dumps(body).encode()
                queues.put(self.queue, raw, message_id=f"m{body['n']}", content_type="application/json")
            queues.confirm()
            now = time.monotonic()
            self.confirmed += [{**body, "at": now} for body in bodies]
            time.sleep(0.02)  # a steady feed beside the others, not a flood


def waiting(server: RabbitMQ, queue: str) -> int:
    with Queues(server) as queues:
        return queues.count(queue)
