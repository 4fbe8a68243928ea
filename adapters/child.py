"""One child process of the supervisor: how it is started, when again, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from adapters import forking
from adapters.processes import die_with_parent
from adapters.pulse import Pulse, Watch

SIGNALS = frozenset({signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""Those that the supervisor waits for; blocked there, unblocked in its children."""
FIRST_BACKOFF, LONGEST_BACKOFF = 0.2, 5.0
HOPELESS = frozenset({2, 5})
"""Exit codes that a restart would not change: usage or config, refused."""
HEALTHY = 5.0
"""Seconds of life after which a child that ends is started again at once."""

log = structlog.get_logger("crossdock.up")


@dataclass(frozen=True, slots=True)
class Part:
    """What a child is. `ready(pid)` says whether it takes work; `stage` when it is stopped: 0 sources, 1 workers,
    2 broker; `needs` names parts that must be ready before its first start; `troubled(n)` is called when it ended for
    the n-th time in a row without having been ready. What runs `once` is ready, and done, when it ends well."""

    name: str
    command: Sequence[str]
    ready: Callable[[int], bool]
    stage: int = 0
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    inherit: tuple[int, ...] = ()
    restarts_always: bool = False
    once: bool = False
    troubled: Callable[[int], object] = lambda times: None
    work: forking.Work | None = None
    """Does what the command says, in a fork of the supervisor."""
    pulse: Pulse | None = None
    """What that fork beats, once it works."""


class Child:
    """A part with its process, if it has one."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.ready = False
        self.started_once = False
        self.done = False
        self._process: subprocess.Popen[bytes] | forking.Forked | None = None
        self._started = 0.0
        self._again = 0.0
        self._backoff = FIRST_BACKOFF
        self._failures = 0
        self._watch = Watch(part.pulse) if part.pulse is not None else None

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def due(self) -> bool:
        return not self.running and not self.done and time.monotonic() >= self._again

    def wait_for_start(self) -> float:
        return max(0.02, self._again - time.monotonic())

    def start(self) -> None:
        self._started = time.monotonic()
        self.ready = False
        self.started_once = True
        if self._watch is not None:
            self._watch.begin()
        try:
            self._process = self._made()
        except OSError as error:
            self._note_end(f"cannot be started: {error}")
            return
        log.debug(f"{self.part.name} started", action="child_started", process=self.part.name, pid=self.pid)

    def _made(self) -> subprocess.Popen[bytes] | forking.Forked:
        part, born = self.part, partial(_born, os.getpid())
        if part.work is not None and forking.POSSIBLE:
            return forking.fork(part.work, part.command, part.environment, born)
        return subprocess.Popen(
            part.command, env={**os.environ, **part.environment}, stdin=subprocess.DEVNULL, stdout=2,
            pass_fds=part.inherit, process_group=0, preexec_fn=born,
        )  # fmt: skip

    def look_ready(self) -> None:
        if self.running and not self.ready and self.part.ready(self.pid):
            self.ready = True
            self._failures = 0
            log.info(
                f"{self.part.name} is ready", action="child_ready", process=self.part.name, pid=self.pid,
                after=f"{time.monotonic() - self._started:.2f}s",
            )  # fmt: skip

    def look_alive(self) -> None:
        """Called once a second: a process whose loop stands still (it was stopped, or waits for itself) is killed."""
        if self.running and self._watch is not None and self._watch.stands_still():
            name = self.part.name
            log.error(f"{name} stands still and is killed", action="child_still", process=name, pid=self.pid)
            self._signal(signal.SIGKILL)

    def collect(self, draining: bool = False, starting: bool = False) -> int | None:
        """The exit code of a process that has ended since the last look (negative: the signal)."""
        if self._process is None or not _has_ended(self._process.pid):
            return None
        # Before it is reaped, its number cannot be anybody else's: what it left behind goes with it.
        self._signal(signal.SIGKILL)
        code = self._process.wait()
        self._process = None
        if self.part.once and code == 0:
            self.ready = self.done = True
        elif draining or (starting and self.is_hopeless(code)):
            log.debug(f"{self.part.name} ended ({_told(code)})", action="child_ended", process=self.part.name)
        else:
            self._note_end(_told(code))
        return code

    def _note_end(self, how: str) -> None:
        if not self.ready:
            self._failures += 1
            self.part.troubled(self._failures)
        healthy = self.ready and time.monotonic() - self._started >= HEALTHY
        wait = 0.0 if healthy else self._backoff
        self._backoff = FIRST_BACKOFF if healthy else min(LONGEST_BACKOFF, wait * 2)
        self._again = time.monotonic() + wait
        self.ready = False
        name = self.part.name
        when = f"in {wait:g} s" if wait else "at once"
        log.warning(f"{name} ended ({how}), starts again {when}", action="child_ended", process=name)

    def is_hopeless(self, code: int) -> bool:
        """Whether an end with this code, at the start of all, is the end of all: the child has said why. One that was killed
        has not."""
        return code > 0 if self.part.once else code in HOPELESS and not self.part.restarts_always

    def terminate(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _born(parent: int) -> None:
    """In the child, first of all."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    die_with_parent(parent)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _told(code: int) -> str:
    """`exit 1`, `killed by SIGKILL`."""
    if code >= 0:
        return f"exit {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
