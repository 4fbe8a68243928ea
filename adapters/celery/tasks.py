"""What a doorbell starts in a worker child: a look into the ledger, by a shift that the child opened for itself."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from billiard import current_process

from adapters.celery import patience
from adapters.celery.marks import Marks, Slot
from adapters.processes import die_with_parent
from router.errors import LedgerError
from router.outage import Outage

OUT_OF_MEMORY = 86
"""The exit code of a child that reached its memory limit."""
LAST_WORDS = 1_048_576

log = structlog.get_logger("crossdock.worker")


class Shifts(Protocol):
    """What a child serves lanes with. Opened after the fork: it holds the ledger, connections and an event loop."""

    def __call__(self) -> object:
        """One shift; ends by itself, early where the slot says that the worker drains."""

    def crashed(self, work: int, reason: str, certain: bool) -> None:
        """Tells the ledger that a child died while it computed this work; `certain` where it was killed for that."""

    def release_dead(self) -> None:
        """Frees the lanes of processes of this host that are gone, and has others look at them."""


OpenShifts = Callable[[Slot], Shifts]


class Child:
    """Made in the parent, filled in each child by `begin`. Celery's task is its `look`."""

    def __init__(self, marks: Marks, open_shifts: OpenShifts, memory: int) -> None:
        self._marks = marks
        self._open_shifts = open_shifts
        self._memory = memory
        self._slot: Slot | None = None
        self._shifts: Shifts | None = None
        self._outage = Outage(log)
        self._last_words = b""
        """Memory that is given back to say that there is no more."""

    def begin(self, **_: Any) -> None:
        """In a new child, before its first task."""
        die_with_parent(os.getppid())
        resource.setrlimit(resource.RLIMIT_DATA, (self._memory, self._memory))
        self._slot = self._marks.slot(current_process().index)
        self._slot.clear()
        self._slot.exhausted = self._out_of_memory
        self._last_words = bytes(LAST_WORDS)
        sys.unraisablehook = self._ignored
        patience.Alarm(self._slot, patience.SOFT).start()
        global _here
        _here = self
        self._guarded(self._succeed)

    def look(self) -> None:
        """Nothing that goes wrong here may be lost in Celery's own handling, or end the child without a word."""
        if self._slot is not None and not self._slot.draining():
            self._guarded(self._serve)

    def _succeed(self) -> None:
        """Whoever starts comes after one that is gone, or is the first."""
        self._report()
        self._opened().release_dead()

    def _serve(self) -> None:
        self._report()
        self._opened()()

    def _report(self) -> None:
        shifts = self._opened()
        for work, reason in self._marks.obituaries():
            shifts.crashed(work, reason, reason == patience.ENDLESS)
            log.error("a child crashed over this work", action="work_crashed", work=work, reason=reason)

    def _opened(self) -> Shifts:
        """Opens it at the next look where it could not be opened at the start."""
        if self._shifts is None:
            assert self._slot is not None
            self._shifts = self._open_shifts(self._slot)
        return self._shifts

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MemoryError:
            self._out_of_memory()
        except LedgerError as error:
            self._outage.met(error.reason)
        except Exception:
            log.exception("a shift ended with an error", action="shift_failed")
        else:
            self._outage.over()

    def _out_of_memory(self) -> None:
        """The mark, if there is one, names what was too large; a process in this state does nothing more."""
        self._last_words = b""
        try:
            log.critical("a child reached its memory limit", action="child_out_of_memory", limit=self._memory)
        finally:
            os._exit(OUT_OF_MEMORY)

    def _ignored(self, what: sys.UnraisableHookArgs) -> None:
        """Python's own way with errors that cannot be raised, but for one: libxml2 goes on without memory, for ever, with
        a traceback for each thing that it cannot say."""
        if what.exc_type is MemoryError:
            self._out_of_memory()
        sys.__unraisablehook__(what)


_here: Child | None = None
"""This process's own, where it is a child."""


def look_unrung() -> None:
    """The same look, started by the parent and not by a doorbell: found by its name in the child."""
    if _here is not None:
        _here.look()
