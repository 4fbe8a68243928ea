"""The worker process: Celery's prefork pool without its signal handling, and the witness of its children's deaths."""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections.abc import Callable
from typing import Any

import billiard.pool
import structlog
from celery import bootsteps, signals
from celery.worker import WorkController, state
from celery.worker.components import Pool

from adapters.celery import hearing, patience
from adapters.celery.app import make_app
from adapters.celery.marks import Marks
from adapters.celery.tasks import OUT_OF_MEMORY, Child, OpenShifts
from adapters.celery.unrung import Unrung
from adapters.pulse import EVERY

EX_RECYCLE = 0x9B
"""The exit code of a child that billiard replaces because it grew."""
REAP_EVERY, OVERDUE_EVERY = 0.2, 1.0
SAID_BY_US = ("celery.worker.request", "multiprocessing")
"""Loggers that tell of a dead child in tracebacks; `Obituary` says it in one line."""
UNHEARD = "kombu.transport.virtual.base"
"""The logger that warns of a doorbell which comes while the worker ends: it is put back for another one."""
GIVE_UP_AFTER = 14
"""Seconds after which a drain that hangs ends with the process: its lanes come due again."""

# A look has no result that anybody wants. billiard would have a child wait thirty seconds for a parent to read it that
# reads no more, since it waits in turn for its children to end.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 0

log = structlog.get_logger("crossdock.worker")
Controller: Any = WorkController
Step: Any = bootsteps.StartStopStep
"""Celery has no types."""


def run_worker(
    broker: str, children: int, memory: int, open_shifts: OpenShifts, ready: Callable[[], None],
    alive: Callable[[], None] = lambda: None,
) -> int:  # fmt: skip
    """Serves doorbells until TERM or INT; the exit code. `open_shifts` is called in each child, after the fork;
    `ready` in this process, each time that doorbells are being heard, and `alive` every two seconds while its loop turns."""
    marks = Marks(children)
    child = Child(marks, open_shifts, memory)
    app = make_app(broker, children, child.look)
    app.steps["worker"].update((Witness, Unrung))
    signals.worker_process_init.connect(child.begin, weak=False)
    worker = Worker(app=app, hostname="crossdock@worker", without_mingle=True, without_gossip=True,
                    without_heartbeat=True, marks=marks, announce=ready, alive=alive, broker=broker)  # fmt: skip
    for name in (*SAID_BY_US, UNHEARD, *hearing.SAID_BY_US):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # What the parent has built is never freed: kept out of the collector, its pages stay shared with the children.
    gc.collect()
    gc.freeze()
    worker.start()
    return int(worker.exitcode or 0)


class Worker(Controller):  # type: ignore[misc]
    """A controller whose only signal is a warm end: Celery's cold one would cut commits in the middle."""

    def on_before_init(
        self, marks: Marks, announce: Callable[[], None], alive: Callable[[], None], broker: str, **_: Any
    ) -> None:
        self.marks = marks
        self.announce = announce
        self.alive = alive
        self.broker = broker
        self.overdue = patience.Overdue(marks, patience.HARD)
        self.wake: tuple[int, int] = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def on_start(self) -> None:
        super().on_start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._drain)
        # The event loop sleeps through a handler for up to ten seconds; this makes it look at once.
        signal.set_wakeup_fd(self.wake[1], warn_on_full_buffer=False)

    def _drain(self, *_: object) -> None:
        if self.marks.draining():
            return
        self.marks.drain()
        state.should_stop = 0
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(GIVE_UP_AFTER)

    def on_consumer_ready(self, consumer: Any) -> None:
        self.announce()
        self.alive()


class Witness(Step):  # type: ignore[misc]
    """Watches the pool: writes the obituary of a child that did not end by itself."""

    requires = (Pool,)

    def register_with_event_loop(self, worker: Worker, hub: Any) -> None:
        hub.add_reader(worker.wake[0], _drop, worker.wake[0])
        # The pool sets its own hook when it registers, which may come after this step: wrapped in the first turn.
        hub.call_soon(self._watch, worker)
        # A child that is gone but not yet reaped slips past billiard's first look; its next is five seconds later.
        hub.call_repeatedly(REAP_EVERY, worker.pool._pool.maintain_pool)
        hub.call_repeatedly(EVERY, worker.alive)
        hub.call_repeatedly(OVERDUE_EVERY, lambda: worker.overdue.look(list(worker.pool._pool._pool)))

    def _watch(self, worker: Worker) -> None:
        pool = worker.pool._pool
        # A worker told to end before its first turn takes that turn while it closes, when its pool is gone.
        if pool is None or isinstance(pool.on_process_down, Obituary):
            return
        pool.on_process_down = Obituary(worker.marks, pool.on_process_down, worker.overdue.why)


class Obituary:
    """billiard's hook for a child that is gone: billiard's own, then the marks."""

    def __init__(self, marks: Marks, told: Callable[[Any], None] | None, why: Callable[[int], str]) -> None:
        self._marks = marks
        self._told = told
        self._why = why

    def __call__(self, process: Any) -> None:
        if self._told is not None:
            self._told(process)
        if process.exitcode in (0, EX_RECYCLE):
            self._marks.clear(process.index)
            return
        reason = self._why(process.index) or how_it_ended(process.exitcode)
        work = self._marks.died(process.index, reason)
        log.error("a worker child died", action="child_died", child=process.pid, reason=reason, work=work or None)


def how_it_ended(exitcode: int) -> str:
    """`SIGSEGV`, `out of memory`, `exit 3`."""
    if exitcode < 0:
        try:
            return signal.Signals(-exitcode).name
        except ValueError:
            return f"signal {-exitcode}"
    return "out of memory" if exitcode == OUT_OF_MEMORY else f"exit {exitcode}"


def _drop(fd: int) -> None:
    try:
        os.read(fd, 512)
    except BlockingIOError:
        return
