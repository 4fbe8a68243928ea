"""Looks that nobody rang for: while the broker is silent, be it away or blocking those who publish, delivery goes on; and
where a bell may have found each child at the very end of its shift."""

from __future__ import annotations

import time
from typing import Any

from celery import bootsteps, signals
from celery.worker.components import Pool

from adapters.celery.answering import all_at_work
from adapters.celery.settings import LOOK_LIMIT
from adapters.celery.tasks import look_unrung

SILENCE = 1.5
"""Seconds without a bell after which the worker looks by itself; the ticker rings each second while anything is due."""
EVERY = 1.0
REPAID_WITHIN = 0.02
"""Seconds between two looks for a child that is idle again, while one look is owed."""
Step: Any = bootsteps.StartStopStep
"""Celery has no types."""


class Unrung(Step):  # type: ignore[misc]
    """Each look takes one idle child; as a busy one is at work for seconds, all of them come to be used."""

    requires = (Pool,)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.heard = time.monotonic()
        self._waiting: Any = None
        self._worker, self._owed = worker, False
        worker.unrung = self
        # Celery keeps a weak reference to a method: the step lives as long as its worker.
        signals.task_received.connect(self._rung)

    def register_with_event_loop(self, worker: Any, hub: Any) -> None:
        hub.call_repeatedly(EVERY, self._look, worker)

    def _rung(self, **_: Any) -> None:
        self.heard = time.monotonic()

    def owe(self) -> None:
        """A bell was answered by those at work: one of them may have looked for the last time just before, so the next
        that is idle looks once more."""
        self.heard = time.monotonic()
        if not self._owed:
            self._owed = True
            self._worker.hub.call_later(REPAID_WITHIN, self._repay)

    def _repay(self) -> None:
        if self._worker.marks.draining():
            return
        if all_at_work(self._worker):
            self._worker.hub.call_later(REPAID_WITHIN, self._repay)
            return
        self._owed = False
        self._begin(self._worker)

    def _look(self, worker: Any) -> None:
        if time.monotonic() - self.heard > SILENCE:
            self._begin(worker)

    def _begin(self, worker: Any) -> None:
        if worker.marks.draining() or (self._waiting is not None and not self._waiting.accepted()):
            return
        # The same limit as for a look that was rung for.
        self._waiting = worker.pool.apply_async(look_unrung, timeout=LOOK_LIMIT)
