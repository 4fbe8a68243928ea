"""Looks that nobody rang for: while the broker is silent, be it away or blocking those who publish, delivery goes on."""

from __future__ import annotations

import time
from typing import Any

from celery import bootsteps, signals
from celery.worker.components import Pool

from adapters.celery.settings import LOOK_LIMIT
from adapters.celery.tasks import look_unrung

SILENCE = 1.5
"""Seconds without a bell after which the worker looks by itself; the ticker rings each second while anything is due."""
EVERY = 1.0
Step: Any = bootsteps.StartStopStep
"""Celery has no types."""


class Unrung(Step):  # type: ignore[misc]
    """Each look takes one idle child; as a busy one is at work for seconds, all of them come to be used."""

    requires = (Pool,)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.heard = time.monotonic()
        self._waiting: Any = None
        # Celery keeps a weak reference to a method: the step lives as long as its worker.
        signals.task_received.connect(self._rung)

    def register_with_event_loop(self, worker: Any, hub: Any) -> None:
        hub.call_repeatedly(EVERY, self._look, worker)

    def _rung(self, **_: Any) -> None:
        self.heard = time.monotonic()

    def _look(self, worker: Any) -> None:
        silent = time.monotonic() - self.heard > SILENCE
        if not silent or worker.marks.draining() or (self._waiting is not None and not self._waiting.accepted()):
            return
        # The same limit as for a look that was rung for.
        self._waiting = worker.pool.apply_async(look_unrung, timeout=LOOK_LIMIT)
