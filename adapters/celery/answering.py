"""Who answers a doorbell: an idle child, which begins a shift. Where all are at work, each that rests (it waits for answers,
and may do so for long) hears it and looks at once; who computes has enough to do, and looks soon by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker import strategy

AGAIN = 0.02
"""Seconds until one that nobody could answer is tried again. Meanwhile it is not acknowledged: no more than one for each child
come from the broker, and those who ring see that enough of them wait there."""


def answering(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., None]:
    """Celery's strategy of the one task: what is done with its messages."""
    begin, worker = strategy.default(task, app, consumer, **options), consumer.controller

    def answer(message: Any, body: Any, ack: Any, reject: Any, callbacks: Any, **more: Any) -> None:
        connection = consumer.connection

        def acknowledge(*_: Any) -> None:
            """Celery's own way passes over a connection that is lost in it, and may not see it for long: here it raises."""
            worker.hub.call_soon(message.ack)

        def now() -> None:
            if consumer.connection is not connection or worker.marks.draining():
                return  # the broker has it again, or has lost it
            if not all_at_work(worker):
                begin(message, body, acknowledge, reject, callbacks, **more)
            elif worker.marks.ring():
                worker.unrung.owe()
                acknowledge()
            else:
                worker.hub.call_later(AGAIN, now)

        now()

    return answer


def all_at_work(worker: Any) -> bool:
    """Each child has a look that has not ended yet."""
    pool = worker.pool._pool
    return len(pool._cache) >= len(pool._pool)
