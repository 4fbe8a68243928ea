"""How a worker waits for its broker: awake. Celery's own wait stops the parent, and with it the care for its children."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery.worker import loops, state
from celery.worker.consumer import Consumer

from adapters.brokers.address import address_of
from adapters.brokers.knock import knock
from router.errors import CrossdockError

AGAIN = 1.0
"""Seconds between two tries to reach a broker."""
LATER = 10.0
"""Seconds until one that answers with a refusal is asked again: the worker looks without bells meanwhile."""
TOLD = 60.0
"""Seconds until that is said again."""
SAID_BY_US = ("celery.worker.consumer.consumer", "celery.worker.consumer.connection", "celery.worker.loops")
"""Loggers that tell of a lost connection in several lines; `Hearing` says it in one."""

Parent: Any = Consumer
"""Celery has no types."""
log = structlog.get_logger("crossdock.worker")


class Hearing(Parent):  # type: ignore[misc]
    """Celery's consumer of doorbells. While the broker is away, the parent's loop turns on: children that die are
    replaced, and the worker looks without being rung."""

    refusal = ""
    """What the broker answered to our commands, where that ended the last connection."""
    _told_until = float("-inf")

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        words = " ".join(str(exc).split()).rpartition("caused error: ")[2]
        self.refusal = (words or type(exc).__name__) if isinstance(exc, self.channel_errors) else ""
        super().on_connection_error_after_connected(exc)

    def ensure_connected(self, connection: Any) -> Any:
        """The connection, as soon as there is one: a broker is waited for, for ever, and that is said once."""
        said, house = "", House(self)
        while reason := self._refused(connection, house):
            if reason != said:
                log.warning(reason, action="broker_away")
                said = reason
            house.turn_until(past(time.monotonic() + AGAIN))
        if self.refusal and not said:  # it lets us in, and would answer the same
            self._tell_refusal()
            house.turn_until(past(time.monotonic() + LATER))
        self.refusal = ""
        house.leave()
        if said:
            log.info(f"the broker {address_of(self.controller.broker).label} is back", action="broker_back")
        self.first_connection_attempt = False
        return connection

    def _tell_refusal(self) -> None:
        """Once in a while, however often it is the case."""
        if time.monotonic() < self._told_until:
            return
        self._told_until = time.monotonic() + TOLD
        label = address_of(self.controller.broker).label
        log.warning(
            f"the broker {label} answers {self.refusal[:200]!r} to who hears bells; it is asked again every {LATER:g} s, and"
            " delivery goes on", action="broker_refuses",
        )  # fmt: skip

    def _refused(self, connection: Any, house: House) -> str:
        """Why there is no connection; '' where there is one. A broker that hangs holds up a thread, not the parent."""
        knocking = Knocking(self.controller.broker, lambda: self.hub.call_soon(_nothing))
        house.turn_until(knocking.done.is_set)
        if knocking.reason:
            return knocking.reason
        try:
            connection.connect()
        except Exception as error:  # any driver's error: it was there a moment ago
            return f"the broker let us in, and no more: {str(error) or type(error).__name__}"
        return ""


class Knocking:
    """One try to reach the broker, in a thread of its own. `done` is set at its end, when `reason` says why not."""

    def __init__(self, broker: str, wake: Callable[[], object]) -> None:
        self.done = threading.Event()
        self.reason = ""
        self._broker, self._wake = broker, wake
        threading.Thread(target=self._knock, name="knocking", daemon=True).start()

    def _knock(self) -> None:
        try:
            knock(self._broker)
        except CrossdockError as error:
            self.reason = error.reason
        except Exception as error:  # a thread that ends without a word would be waited for in vain
            self.reason = f"the broker cannot be asked: {type(error).__name__}: {error}"
        finally:
            self.done.set()
            self._wake()


class House:
    """The parent's loop with all that it cares for but the broker. Nothing is set up where the first try succeeds at
    once; what is, is gone after `leave`, since Celery sets it up anew for its own loop."""

    def __init__(self, consumer: Any) -> None:
        self._controller, self._hub = consumer.controller, consumer.hub
        self._consumer = consumer
        self._before = loops._timer_entries(self._hub.timer)
        self._mine: set[Any] = set()
        self._loop: Any = None

    def turn_until(self, over: Callable[[], bool]) -> None:
        """Raises Celery's WorkerShutdown where the worker drains."""
        if self._loop is None:
            self._controller.register_with_event_loop(self._hub)
            self._mine = loops._timer_entries(self._hub.timer) - self._before
            self._loop = self._hub.create_loop()
        while not over():
            state.maybe_shutdown()
            next(self._loop)

    def leave(self) -> None:
        loops._cancel_timer_entries(self._hub.timer, self._mine)
        self._hub.reset()
        # What else was set meanwhile (the time limits of looks) belongs to the worker and not to this connection.
        self._consumer.timer_entries_before_start = loops._timer_entries(self._hub.timer)


def past(moment: float) -> Callable[[], bool]:
    """`moment` is of the monotonic clock."""
    return lambda: time.monotonic() >= moment


def _nothing() -> None:
    """Wakes the loop."""
