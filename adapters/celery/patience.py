"""How long a child may compute one thing: an alarm in the child ends what is Python, the parent ends the child otherwise.

Time is the processor's, so that a busy or a sleeping machine ends nothing. Below a lane's lease, so that nobody else
begins with the same thing meanwhile.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import structlog

from adapters.celery.marks import Marks
from router.errors import TooLong

TICK = 1.0
SOFT = 10
"""Seconds after which a computing in Python becomes a dead letter."""
HARD = 25
"""Seconds after which a child is killed: its computing is C code, which hears no alarm, or swallows every error."""
HOUSE = ("adapters", "router")

log = structlog.get_logger("crossdock.worker")


class Marked(Protocol):
    """A slot: what is worked on now (0: nothing), and how many marks there were."""

    @property
    def work(self) -> int: ...

    @property
    def count(self) -> int: ...


class Alarm:
    """In a child: looks once a second of processor time whether it is still the same computing."""

    def __init__(self, slot: Marked, soft: int, tick: float = TICK) -> None:
        self._slot = slot
        self._soft = soft
        self._tick = tick
        self._count = -1
        self._ticks = 0

    def start(self) -> None:
        """In the main thread. Costs nothing between two ticks."""
        signal.signal(signal.SIGVTALRM, self._rung)
        signal.siginterrupt(signal.SIGVTALRM, False)
        signal.setitimer(signal.ITIMER_VIRTUAL, self._tick, self._tick)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, signal.SIG_IGN)

    def _rung(self, _number: int, frame: FrameType | None) -> None:
        if self._slot.work == 0 or self._slot.count != self._count:
            self._count, self._ticks = self._slot.count, 0
            return
        self._ticks += 1
        if self._ticks < self._soft or (stage := stage_of(frame)) is None:
            return
        self._ticks = 0
        seconds = self._soft * self._tick
        raise TooLong(stage, f"computing it took more than {seconds:g} s: look for a loop without end in this step")


def stage_of(frame: FrameType | None) -> str | None:
    """The stage of what runs here; None where an error would hit the house and not the message."""
    verb, inside = "", False
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in HOUSE:
            break
        inside = inside or module.startswith("transforms.") or not module
        if module.startswith("transforms.steps.") and not module.endswith(".stage"):
            verb = module.rpartition(".")[2]
        elif module.startswith("transforms.codecs.") and not verb:
            verb = "encode" if frame.f_code.co_name in ("encode", "join", "begin") else "decode"
        frame = frame.f_back
    return (verb or "map") if inside else None


class Overdue:
    """In the parent: kills a child that has computed one thing for too long. `look` once a second."""

    def __init__(self, marks: Marks, hard: float) -> None:
        self._marks = marks
        self._hard = hard
        self._since: dict[int, tuple[int, int, float]] = {}
        self._killed: dict[int, str] = {}

    def look(self, processes: Iterable[Any]) -> None:
        for process in processes:
            self._one(process.index, process.pid)

    def why(self, index: int) -> str:
        """Why the child of this slot was killed here; '' where it was not."""
        return self._killed.pop(index, "")

    def _one(self, index: int, pid: int) -> None:
        work, count = self._marks.state(index)
        used = processor_time(pid)
        if not work or used is None:
            self._since.pop(index, None)
            return
        if self._since.get(index, (0, -1, 0.0))[:2] != (pid, count):
            self._since[index] = (pid, count, used)
            return
        if used - self._since[index][2] < self._hard or index in self._killed:
            return
        self._killed[index] = f"it computed {self._hard:g} s without an end"
        log.error("a child that computes without an end is killed", action="child_overdue", child=pid, work=work,
                  seconds=self._hard)  # fmt: skip
        os.kill(pid, signal.SIGKILL)


def processor_time(pid: int) -> float | None:
    """Seconds that a process has computed, in all its threads; None where it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    user, system = stat[stat.rindex(b")") + 2 :].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
