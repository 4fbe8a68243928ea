"""Runs the processes of a host as its children: starts, restarts with backoff, drains in order, takes all with it.

One thread and no event loop: it sleeps in `sigtimedwait` until a signal comes. Children are forked from the main thread
and die with it; each is the head of a process group, so that a Ctrl-C reaches the supervisor alone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from adapters.child import SIGNALS, Child, Part
from adapters.pulse import tell_systemd

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
CODES = frozenset({0, 0x80, -1, -6, *range(1, 7)})
"""Where signals come from: kill, the kernel, sigqueue, tgkill, and what may become of a child."""
DRAIN = 14.5
"""Seconds from the signal to the end of everything but the broker."""
INTAKE_FIRST = 4.0
"""Of these: how long the worker goes on alone for requests that wait for a result."""
BROKER_LAST = 0.4
POLL = 0.02
HOUSEKEEPING = 1.0

log = structlog.get_logger("crossdock.up")


@dataclass
class Supervisor:
    """`parts` in the order of their start. `on_ready` is called once, when every part is ready; `housekeeping` once a
    second."""

    parts: Sequence[Part]
    on_ready: Callable[[], None]
    housekeeping: Callable[[], object] = lambda: None
    patience: float = DRAIN
    children: list[Child] = field(default_factory=list)
    was_ready: bool = False

    def run(self) -> int:
        """Until INT, TERM or HUP; the exit code: 0 after a clean drain, 1 where something had to be killed, that of a
        child where none of its restarts could help."""
        # Blocked before the first fork: no signal is lost between two looks.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.children = [Child(part) for part in self.parts]
            code = self._watch()
            return self._drain() or code
        finally:
            self._kill(self.children)

    def _watch(self) -> int:
        swept = time.monotonic()
        while True:
            self._start_due()
            self._note_ready()
            if _wait(self._until_next()) & STOPPING:
                log.info("stopping: no new work, sends in flight are waited for", action="up_draining")
                return 0
            for child in self.children:
                code = child.collect(starting=not self.was_ready)
                if code is not None and not self.was_ready and child.is_hopeless(code):
                    return code if code > 0 else 1
            if time.monotonic() - swept >= HOUSEKEEPING:
                swept = time.monotonic()
                tell_systemd()
                for child in self.children:
                    child.look_alive()
                self.housekeeping()

    def _start_due(self) -> None:
        """In order: what a part needs must be ready before its first start."""
        ready = {c.part.name for c in self.children if c.ready}
        for child in self.children:
            if child.due() and (child.started_once or ready.issuperset(child.part.needs)):
                child.start()

    def _note_ready(self) -> None:
        for child in self.children:
            child.look_ready()
        if not self.was_ready and all(c.ready for c in self.children):
            self.was_ready = True
            self.on_ready()

    def _until_next(self) -> float:
        waits = [c.wait_for_start() for c in self.children if not c.running and not c.done]
        if any(c.running and not c.ready for c in self.children):
            waits.append(POLL)
        return max(0.0, min([HOUSEKEEPING, *waits]))

    def _drain(self) -> int:
        """Sources first, so that nothing new comes in; then the workers; the broker last."""
        deadline = time.monotonic() + self.patience
        groups = [[c for c in self.children if c.part.stage == stage] for stage in range(3)]
        self._end(groups[0], min(deadline, time.monotonic() + INTAKE_FIRST))
        self._end(groups[1], deadline)
        self._settle(groups[0], deadline)
        late = [c for c in self.children if c.running and c.part.stage < 2]
        for child in late:
            log.error(
                f"{child.part.name} had to be killed: what it was sending is tried again", action="up_killed",
                process=child.part.name,
            )  # fmt: skip
        self._kill(late)
        self._end(groups[2], time.monotonic() + BROKER_LAST)
        log.info("stopped", action="up_stopped")
        return 1 if late else 0

    def _end(self, group: Iterable[Child], deadline: float) -> None:
        group = list(group)
        for child in group:
            child.terminate()
        self._settle(group, deadline)

    def _settle(self, group: Iterable[Child], deadline: float) -> None:
        group = list(group)
        while any(c.running for c in group) and time.monotonic() < deadline:
            if _wait(min(0.1, max(0.0, deadline - time.monotonic()))) & STOPPING:
                log.info("still waiting for sends in flight", action="up_draining")
            for child in self.children:
                child.collect(draining=True)

    def _kill(self, group: Iterable[Child]) -> None:
        for child in group:
            child.kill()


def _wait(seconds: float) -> frozenset[signal.Signals]:
    """The signal that came meanwhile, or none."""
    found = signal.sigtimedwait(SIGNALS, seconds)
    return frozenset() if found is None or not genuine(found) else frozenset({signal.Signals(found.si_signo)})


def genuine(found: signal.struct_siginfo) -> bool:
    """Where this process was stopped and continued, and the time to wait was over by then, Python gives what happened to lie
    in memory instead of nothing."""
    return found.si_signo in SIGNALS and found.si_code in CODES and found.si_pid >= 0


def is_ours(pid: int) -> bool:
    """Whether a process belongs to one of our children (its group's head is our child)."""
    try:
        head = os.getpgid(pid)
        with open(f"/proc/{head}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1]) == os.getpid()
    except (OSError, ValueError):
        return False
