"""One connection to a broker, in a thread of its own: windows are published as they come, and confirmed as it answers.

py-amqp blocks, so it has a thread; a window never waits for another one's confirms. Whatever happens, each window gets
its outcomes: what was not confirmed is `reset` or `timeout`, and the next window connects again.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from time import monotonic

from adapters.amqp.broker import Broker
from adapters.amqp.connection import Connection, dial, readable
from adapters.amqp.failures import while_connecting, while_open
from adapters.outbound.amqp.publisher import Publisher
from adapters.outbound.amqp.window import Window

IDLE = 60.0
"""Seconds that the thread waits at most where nothing is to be done."""
FAREWELL = 1.0


class Line:
    """`submit` and `close` are called by others; all else runs in the thread."""

    def __init__(self, broker: Broker, name: str) -> None:
        self._broker = broker
        self._name = name
        self._inbox: deque[Window] = deque()
        self._under_way: list[Window] = []
        self._publishers: dict[str, Publisher] = {}
        self._connection: Connection | None = None
        self._closing = False
        self._bell, self._button = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._pipe = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="amqp-out", daemon=True)
        self._thread.start()

    def submit(self, window: Window) -> None:
        self._inbox.append(window)
        self._ring()

    def close(self, seconds: float = 2 * FAREWELL) -> None:
        """Ends the thread, waiting so long for it; it ends by itself where it is busy longer."""
        self._closing = True
        self._ring()
        self._thread.join(seconds)

    def _ring(self) -> None:
        with self._pipe, suppress(BlockingIOError):  # it is full of rings already
            if self._button >= 0:
                os.write(self._button, b"x")

    def _run(self) -> None:
        while not self._closing:
            try:
                self._turn()
            except Exception as error:  # whatever the other side does, each window gets its outcome
                self._lost(error)
        if self._connection is not None:
            self._connection.part(FAREWELL)
        for window in (*self._under_way, *self._inbox):
            window.fail("reset", "the worker ended before the broker answered")
        with self._pipe:
            os.close(self._bell)
            os.close(self._button)
            self._button = -1

    def _turn(self) -> None:
        self._take_new()
        self._listen()
        self._tend()
        self._expire()

    # --- publishing -----------------------------------------------------------------------------------------------------
    def _take_new(self) -> None:
        while self._inbox:
            window = self._inbox.popleft()
            if window.late:
                window.fail("timeout", f"not sent within {window.timeout:g} s")
            if not window.over and self._connected(window):
                self._under_way.append(window)
                for exchange in sorted({parcel.address.exchange for parcel in window.parcels}):
                    self._publisher(exchange, window.remaining).publish(window)

    def _connected(self, window: Window) -> bool:
        """Whether there is a connection, a new one where need be; else this window and all that wait have failed."""
        self._look()
        if self._connection is None:
            try:
                self._connection = dial(self._broker, self._name, max(window.remaining, 0.001))
            except Exception as error:
                failure = while_connecting(error, self._broker.label, window.timeout)
                for one in (window, *self._inbox):
                    one.fail(*failure)
                self._inbox.clear()
        return self._connection is not None and not window.over

    def _look(self) -> None:
        """That the connection was closed while nobody looked is no reason for the next window to fail."""
        if self._connection is not None:
            try:
                self._connection.pump(self._connection.readable(0))
            except Exception as error:
                self._lost(error)

    def _publisher(self, exchange: str, seconds: float) -> Publisher:
        if exchange not in self._publishers:
            assert self._connection is not None
            self._connection.bound(seconds)
            self._publishers[exchange] = Publisher(self._connection, exchange)
        return self._publishers[exchange]

    # --- listening ------------------------------------------------------------------------------------------------------
    def _listen(self) -> None:
        """Until the broker says something, a window comes, or the next deadline."""
        if self._connection is None:
            readable((self._bell,), IDLE if not self._inbox else 0.0)
        elif self._connection.readable(self._patience(), self._bell):
            self._connection.pump()
        with suppress(BlockingIOError):
            os.read(self._bell, 4096)

    def _patience(self) -> float:
        assert self._connection is not None
        self._connection.handle_held()
        if self._inbox or any(publisher.closed for publisher in self._publishers.values()):
            return 0.0
        self._forget_over()
        return min((w.remaining for w in self._under_way), default=IDLE)

    def _forget_over(self) -> None:
        self._under_way = [w for w in self._under_way if not w.over]

    def _tend(self) -> None:
        """Publishers whose channel the broker closed are replaced; those that go one by one go on."""
        for exchange, publisher in list(self._publishers.items()):
            if not publisher.closed:
                publisher.go_on()
                continue
            del self._publishers[exchange]
            again = publisher.leave()
            if again:
                self._publisher(exchange, max(w.remaining for w, _ in again)).one_by_one(again)

    # --- what goes wrong ------------------------------------------------------------------------------------------------
    def _expire(self) -> None:
        now = monotonic()
        late = [w for w in self._under_way if now >= w.deadline and not w.over]
        for window in late:
            window.fail("timeout", f"not confirmed within {window.timeout:g} s{self._blocked()}")
        self._forget_over()
        if late and self._connection is not None:
            self._give_up(late)

    def _blocked(self) -> str:
        blocked = self._connection.blocked if self._connection is not None else ""
        return f": the broker blocks publishers ({blocked})" if blocked else ""

    def _give_up(self, late: list[Window]) -> None:
        """After a timeout. A broker that said nothing at all since, or blocks us, loses the connection: else it would
        get the same messages into it again and again. Where only an exchange is stuck, its channel goes."""
        assert self._connection is not None
        if self._connection.blocked or any(w.seen == self._connection.bytes_recv for w in late):
            self._hang_up("reset", "the connection was given up, as the broker did not answer others on it")
            return
        for exchange in {p.address.exchange for w in late for p in w.parcels} & self._publishers.keys():
            if not self._publishers[exchange].unanswered():
                self._publishers.pop(exchange).retire()

    def _lost(self, error: Exception) -> None:
        """The connection has failed."""
        failure = while_open(error)
        if isinstance(error, TimeoutError) and self._connection is not None:
            with suppress(Exception):  # it may say why
                self._connection.pump(self._connection.readable(0))
            failure = failure[0], f"{failure[1]}{self._blocked()}"
        self._hang_up(*failure)

    def _hang_up(self, error: str, reason: str) -> None:
        connection, self._connection = self._connection, None
        self._publishers.clear()
        if connection is not None:
            with suppress(Exception):
                connection.drop()
        for window in self._under_way:
            window.fail(error, reason)
        self._under_way = []
