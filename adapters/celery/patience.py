"""How long a child may compute one thing: an alarm in the child ends what is Python, the parent ends the child otherwise.

Both end it before the lease of its lanes does (30 s), so that no other child begins with the same thing meanwhile.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import structlog

from adapters.celery.marks import Marks
from router.errors import TooLong

TICK = 1.0
SOFT = 8
"""Seconds of the processor after which a computing in Python becomes a dead letter."""
HARD = 20
"""Seconds after which a child is killed: its computing is C code, which hears no alarm, or swallows every error."""
SHARE = 4
"""A child that had less than this part of HARD from the processor was kept waiting so far, and is not killed yet."""
ENDLESS = "computed without an end"
"""The reason of a death that is certainly the work's own."""
HOUSE = ("adapters", "router")

log = structlog.get_logger("crossdock.worker")


class Marked(Protocol):
    """A slot: what is worked on now (0: nothing), and a number that another computing changes."""

    @property
    def work(self) -> int: ...

    @property
    def beat(self) -> int: ...


class Alarm:
    """In a child: looks once a second of processor time whether it is still the same computing."""

    def __init__(self, slot: Marked, soft: int, tick: float = TICK) -> None:
        self._slot = slot
        self._soft = soft
        self._tick = tick
        self._beat = -1
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
        if self._slot.work == 0 or self._slot.beat != self._beat:
            self._beat, self._ticks = self._slot.beat, 0
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


@dataclass(slots=True)
class Begun:
    """A computing that was seen: when, and how much its child had computed in all by then, in seconds."""

    pid: int
    count: int
    at: float
    used: float
    killed: bool = False


class Overdue:
    """In the parent: kills a child that has computed one thing for too long. `look` once a second."""

    def __init__(self, marks: Marks, hard: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._marks = marks
        self._hard = hard
        self._clock = clock
        self._seen: dict[int, Begun] = {}

    def look(self, processes: Iterable[Any]) -> None:
        for process in processes:
            self._one(process.index, process.pid)

    def why(self, index: int) -> str:
        """Why the child of this slot was killed here; '' where it was not."""
        seen = self._seen.pop(index, None)
        return ENDLESS if seen is not None and seen.killed else ""

    def _one(self, index: int, pid: int) -> None:
        work, count = self._marks.state(index)
        used = processor_time(pid)
        if used is None:
            return
        seen = self._seen.get(index)
        if seen is None or not work or (seen.pid, seen.count) != (pid, count):
            self._seen[index] = Begun(pid, count, self._clock(), used)
            return
        lasted = self._clock() - seen.at
        if seen.killed or lasted < self._hard or used - seen.used < self._hard / SHARE:
            return
        seen.killed = True
        log.error("a child that computes without an end is killed", action="child_overdue", child=pid, work=work,
                  seconds=round(lasted))  # fmt: skip
        os.kill(pid, signal.SIGKILL)


def processor_time(pid: int) -> float | None:
    """Seconds that a process has computed, in all its threads; None where it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    user, system = stat[stat.rindex(b")") + 2 :].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
