"""The doorbell: tells the workers to look. Best effort; what it loses, the ticker rings again within a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import kombu.connection
import kombu.messaging
import structlog

from adapters.amqp.connection import readable
from adapters.celery.settings import QUEUE, TASK, connection_options, doorbells
from router.message import new_id

SPACING, QUICKLY = 0.02, 0.005
"""Seconds between two rings of one process: a bell names nothing, so one says as much as fifty. `QUICKLY` where the last one
was published, as the workers have time for bells then."""
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
    the caller nothing. It rings at once, then at most every 5 ms (20 where enough of them wait), and always once more after
    the last `ring`."""

    def __init__(
        self, broker: str, connect: Callable[[str], Publisher] | None = None, quiet: bool = False
    ) -> None:
        """`quiet`: another process of this host says it when the broker is away."""
        self._broker = broker
        self._told = log.debug if quiet else log.warning
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
                published = publisher.publish()
                wait = FIRST_WAIT
                self._closed.wait(QUICKLY if published else SPACING)
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
            said = str(error) or type(error).__name__
            self._told("the broker cannot be reached, and is tried again", action="bell_lost", reason=said)
        if publisher is not None:
            publisher.close()


class Publisher:
    """What the bell's thread uses; made anew after any failure. Each method may raise what the driver raises."""

    def publish(self) -> bool:
        """False where enough of them wait already, or none is taken."""
        raise NotImplementedError

    def close(self) -> None:
        """Never raises."""


class KombuPublisher(Publisher):
    """One connection to the broker, without Celery itself: it would double the memory of web and inbound."""

    def __init__(self, broker: str) -> None:
        found = connection_options(broker)
        self._connection = Connection(
            found["url"], connect_timeout=3, ssl=found["use_ssl"], login_method=found["login_method"],
            transport_options=found["transport_options"],
        )  # fmt: skip
        self._channel = self._connection.channel()
        self._queue = doorbells()(self._channel)
        self._queue.declare()
        self._producer = Producer(self._channel, serializer="json")
        self._blocked = ""
        if self._connection.transport.driver_type == "amqp":
            self._connection.connection.on_blocked = self._on_blocked
            self._connection.connection.on_unblocked = self._on_unblocked

    def publish(self) -> bool:
        if self._is_blocked():
            return False
        # Declared again rather than asked for passively: to Redis, an empty queue does not exist.
        if self._queue.queue_declare().message_count >= ENOUGH:
            return False
        # The default exchange: no binding that the broker could have lost stands between the bell and the queue.
        id = new_id()
        self._producer.publish(
            BODY, exchange="", routing_key=QUEUE, correlation_id=id, retry=False, headers=_headers(id), delivery_mode=1
        )
        return True

    def _is_blocked(self) -> bool:
        """Whether a RabbitMQ reads nothing from us at present (an alarm: memory, disk). A question would wait in vain; the
        workers look without a bell meanwhile."""
        if self._connection.transport.driver_type == "amqp":
            while readable((self._connection.connection.sock.fileno(),), 0):
                self._connection.drain_events(timeout=1)
        return bool(self._blocked)

    def _on_blocked(self, reason: str) -> None:
        self._blocked = reason or "no reason given"
        log.info("the broker takes no bells at present", action="bell_blocked", reason=self._blocked)

    def _on_unblocked(self) -> None:
        self._blocked = ""
        log.info("the broker takes bells again", action="bell_unblocked")

    def close(self) -> None:
        try:
            if self._blocked:
                self._connection.collect()  # without the farewell, which would not be read either
            else:
                self._connection.release()
        except Exception:  # it was broken already
            return


def _headers(id: str) -> dict[str, Any]:
    """Those of a Celery task (message protocol 2)."""
    return {
        "lang": "py", "task": TASK, "id": id, "root_id": id, "parent_id": None, "group": None,
        "retries": 0, "eta": None, "expires": None, "timelimit": [None, None], "ignore_result": True,
    }  # fmt: skip
