"""The doorbell: tells the workers to look. Best effort; what it loses, the ticker rings again within a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import kombu.connection
import kombu.messaging
import structlog

from adapters.celery.settings import QUEUE, TASK, doorbells, transport_options
from router.message import new_id

SPACING = 0.02
"""Seconds between two rings of one process: a bell names nothing, so one says as much as fifty."""
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
BODY: tuple[list[Any], dict[str, Any], dict[str, Any]] = ([], {}, {})
ENOUGH = 4
"""Bells that wait already will be answered later than now, so one more would say nothing new; while both children are
busy with long shifts they would only pile up. A few, so that several children are woken."""

Connection: Any = kombu.connection.Connection
Producer: Any = kombu.messaging.Producer
"""kombu has no types."""

log = structlog.get_logger("crossdock.bell")


class PlainBell:
    """Rings nobody: for commands on a ledger whose broker is not up, and for tests."""

    def ring(self) -> None:
        return None


class CeleryBell:
    """Publishes `look()`. `ring` only sets a flag: a thread of its own has the connection, so that a dead broker costs
    the caller nothing. It rings at once, then at most every 20 ms, and always once more after the last `ring`."""

    def __init__(self, broker: str, connect: Callable[[str], Publisher] | None = None) -> None:
        self._broker = broker
        self._connect = connect or KombuPublisher
        self._rung = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def ring(self) -> None:
        self._rung.set()
        if self._thread is None:
            self._start()

    def close(self, timeout: float = 1.0) -> None:
        """Rings what was rung last, if the broker answers in time; a command calls it before it ends."""
        self._closed.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed.is_set():
                # A daemon: a broker that hangs must not keep the process from its end.
                self._thread = threading.Thread(target=self._work, name="bell", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        publisher: Publisher | None = None
        wait, last = FIRST_WAIT, False
        while not last:
            self._rung.wait()
            # The flag falls before the publish: a ring during it is a commit that this bell may not have seen.
            self._rung.clear()
            last = self._closed.is_set()
            try:
                publisher = publisher or self._connect(self._broker)
                publisher.publish()
                wait = FIRST_WAIT
                self._closed.wait(SPACING)
            except Exception as error:  # any driver's error: the thread must live
                self._drop(publisher, error, wait)
                publisher = None
                self._rung.set()
                last = last or self._closed.wait(wait)
                wait = min(LONGEST_WAIT, wait * 2)
        if publisher is not None:
            publisher.close()

    def _drop(self, publisher: Publisher | None, error: Exception, wait: float) -> None:
        if wait == FIRST_WAIT:
            log.warning("the broker cannot be reached", action="bell_lost", reason=str(error) or type(error).__name__)
        if publisher is not None:
            publisher.close()


class Publisher:
    """What the bell's thread uses; made anew after any failure. Each method may raise what the driver raises."""

    def publish(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Never raises."""


class KombuPublisher(Publisher):
    """One connection to the broker, without Celery itself: it would double the memory of web and inbound."""

    def __init__(self, broker: str) -> None:
        self._connection = Connection(broker, connect_timeout=3, transport_options=transport_options(broker))
        self._channel = self._connection.channel()
        self._queue = doorbells()(self._channel)
        self._queue.declare()
        self._producer = Producer(self._channel, serializer="json")

    def publish(self) -> None:
        # Declared again rather than asked for passively: to Redis, an empty queue does not exist.
        if self._queue.queue_declare().message_count >= ENOUGH:
            return
        # The default exchange: no binding that the broker could have lost stands between the bell and the queue.
        id = new_id()
        self._producer.publish(
            BODY, exchange="", routing_key=QUEUE, correlation_id=id, retry=False, headers=_headers(id), delivery_mode=1
        )

    def close(self) -> None:
        try:
            self._connection.release()
        except Exception:  # it was broken already
            return


def _headers(id: str) -> dict[str, Any]:
    """Those of a Celery task (message protocol 2)."""
    return {
        "lang": "py", "task": TASK, "id": id, "root_id": id, "parent_id": None, "group": None,
        "retries": 0, "eta": None, "expires": None, "timelimit": [None, None], "ignore_result": True,
    }  # fmt: skip
