"""The AMQP source: takes what has arrived, has it stored, and acknowledges it, in this order and in one thread.

There is no timer: what came while one commit ran is the next one. What is not stored is not acknowledged, so the broker
keeps it and brings it again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import structlog
from amqp import spec
from amqp.exceptions import AMQPError, ConsumerCancelled

from adapters.ailing import Note, unnoted
from adapters.amqp.broker import Broker
from adapters.amqp.connection import readable
from adapters.amqp.failures import said, while_connecting, while_open, words_of
from adapters.inbound.amqp.batch import Batch, Blobs, Maker, Receiver
from adapters.inbound.amqp.consumer import HEARTBEAT, Consumer
from adapters.inbound.amqp.delivery import Delivery
from adapters.inbound.amqp.patience import Patience
from router.errors import LedgerError
from router.route import Connection, Route

LOOK_EVERY = 1.0
"""Seconds between looks whether the route is paused, or goes on."""
LONGEST_DIAL = 10.0
MOST = 1_000
"""Messages in one commit."""

Checkpoint = Callable[[str], None]
"""Called between steps with the name of the one that is done, so that tests can end a process there."""

log = structlog.get_logger("crossdock.amqp")


class AmqpSource:
    """Messages of one queue become messages of one route. `within` is for how long a message's id is its identity, in
    seconds. A broker that is gone, a queue that is missing and a ledger that refuses are waited out and logged. While
    the route is `paused`, messages stay in the queue. Nothing ends it but `stop`."""

    def __init__(
        self, route: Route, connection: Connection, broker: Broker, receiver: Receiver, blobs: Blobs, within: float,
        checkpoint: Checkpoint = lambda _step: None, paused: Callable[[], bool] = lambda: False, note: Note = unnoted,
    ) -> None:  # fmt: skip
        self._queue = str(route.source.options["queue"])
        self._prefetch = int(route.source.options.get("prefetch", 1000))
        self._name = f"Crossdock, {connection.id}, route {route.id}"
        self._timeout = min(connection.timeout, LONGEST_DIAL)
        self._broker = broker
        self._receiver = receiver
        self._maker = Maker(route, receiver, blobs, within)
        self._checkpoint = checkpoint
        self._paused, self._note = paused, note
        self._patience = Patience()
        self._log = log.bind(route=route.id, queue=self._queue)
        self._halted = False
        self._bell, self._button = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; a batch that was begun is ended first."""
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1, thread_name_prefix=f"amqp-in-{self._queue}")
        work = loop.run_in_executor(pool, self._work)
        stopping = asyncio.create_task(stop.wait())
        try:
            either: list[asyncio.Future[Any]] = [work, stopping]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._halted = True
            os.write(self._button, b"x")
            stopping.cancel()
            pool.shutdown(wait=False)
        await work
        os.close(self._bell)
        os.close(self._button)

    def _work(self) -> None:
        while not self._halted:
            if self._paused():
                self._note("")
                readable((self._bell,), LOOK_EVERY)
                continue
            try:
                consumer = Consumer(self._broker, self._name, self._queue, self._prefetch, self._timeout)
            except Exception as error:
                self._trouble("amqp_source_waits", self._why_not(error))
                continue
            self._recovered()
            try:
                self._consume(consumer)
            except ConsumerCancelled:
                self._trouble("amqp_source_waits", f"the broker took the queue {self._queue!r} away")
            except Exception as error:
                self._trouble("amqp_source_lost", while_open(error)[1])
            finally:
                consumer.close()

    def _why_not(self, error: Exception) -> str:
        if isinstance(error, AMQPError) and error.reply_code == 404:
            return f"there is no queue {self._queue!r} at {self._broker.label}: declare it, or correct `queue` of the route"
        if isinstance(error, AMQPError) and error.method_sig == spec.Basic.Consume:
            return f"{self._broker.label} does not let us have {self._queue!r}: {said(error)}"
        return while_connecting(error, self._broker.label, self._timeout)[1]

    def _consume(self, consumer: Consumer) -> None:
        most = max(1, min(self._prefetch // 2, MOST))
        while not self._halted:
            deliveries = consumer.gather(most, LOOK_EVERY, self._bell)
            if self._paused():
                return
            if deliveries and self._stored(consumer, deliveries):
                self._checkpoint("stored")
                consumer.acknowledge(deliveries[-1])

    def _stored(self, consumer: Consumer, deliveries: Sequence[Delivery]) -> bool:
        """Tried until it is stored; False where the process is to end before that. Raises what tells that the connection
        is gone: the broker brings these messages again then, perhaps to another host."""
        batch: Batch | None = None
        try:
            while not self._halted:
                try:
                    batch = batch or self._maker.make(deliveries)
                    batch.stored(self._receiver.store(batch.arrivals))
                except LedgerError as error:
                    self._trouble("amqp_source_waits_for_ledger", error.reason, consumer)
                except OSError as error:
                    reason = f"a large body cannot be written: {words_of(error)}"
                    self._trouble("amqp_source_waits_for_ledger", reason, consumer)
                except Exception as error:
                    self._log.exception("messages cannot be stored", action="amqp_source_failed")
                    self._trouble("amqp_source_failed", f"{type(error).__name__} while storing", consumer)
                else:
                    batch = None
                    self._recovered()
                    return True
            return False
        finally:
            if batch is not None:
                batch.given_up(tried=True)

    def _trouble(self, action: str, reason: str, consumer: Consumer | None = None) -> None:
        """Says it once, then waits, longer each time; the broker is told that we are still here."""
        wait, news = self._patience.failed(reason)
        self._note(reason)
        if news:
            self._log.warning(f"{reason}; nothing is lost, it is tried again until it works", action=action)
        until = monotonic() + wait
        while not self._halted and (left := until - monotonic()) > 0:
            readable((self._bell,), min(left, HEARTBEAT / 3))
            if consumer is not None:
                consumer.still_here()

    def _recovered(self) -> None:
        self._note("")
        if self._patience.over():
            self._log.info("takes messages again", action="amqp_source_recovered")
