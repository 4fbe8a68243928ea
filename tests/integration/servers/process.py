"""A private server for tests: started on free ports of 127.0.0.1, frozen, killed and stopped by its pid."""

from __future__ import annotations

import os
import pwd
import random
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from adapters.processes import die_with_parent
from tests.adapters.waiting import until

START_SECONDS = 60.0
STOP_SECONDS = 30.0


_SPAWNER = ThreadPoolExecutor(1, "servers")
"""Starts all servers: they die with the thread that forked them, and this one lives as long as the process."""


class Absent(Exception):
    """What a server needs is not on this machine; says what."""


def free_port() -> int:
    """One that no outgoing connection of this machine will be given, so that a server finds it again after its restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


def identity(user: str | None) -> dict[str, Any]:
    """For Popen: whose process it becomes."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def listens(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """What a kind says: its command, its environment, and how one sees that it answers.

    A fault test stops, kills or pauses it; whatever it leaves behind, `recover` puts right for the next test. The data
    stays over a restart. It dies with the process of the tests.
    """

    name = "server"
    quit_signal = signal.SIGTERM
    user: str | None = None
    """Whom it runs as, where it refuses to run as root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.paused = False

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def answers(self) -> bool:
        return listens(self.port)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.out"

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Returns when it answers; fails with the end of its log when it does not."""
        assert not self.runs, f"{self.name} runs already"
        self.process = _SPAWNER.submit(self._spawn).result()
        self.paused = False
        until(lambda: self.answers() or not self.runs, START_SECONDS)
        assert self.runs, f"{self.name} ended at once:\n{self.log.read_text(errors='replace')[-2000:]}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        parent = os.getpid()
        with self.log.open("ab") as out:
            return subprocess.Popen(
                self.command(), env=self.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder,
                start_new_session=True, preexec_fn=lambda: die_with_parent(parent), **identity(self.user),
            )  # fmt: skip

    def stop(self) -> None:
        """As an operator stops it: returns when it is gone."""
        if self.process is None:
            return
        self.resume()
        if self.runs:
            self.process.send_signal(self.quit_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """At the end of the session."""
        self.stop()

    def kill(self) -> None:
        """SIGKILL for it and all its children; returns when they are gone."""
        family = self.family()
        for pid in family:
            _signal(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        until(lambda: not any(_lives(pid) for pid in family), STOP_SECONDS)

    def pause(self) -> None:
        """SIGSTOP for it and all its children: connections stay, nothing is answered."""
        self.paused = True
        for pid in self.family():
            _signal(pid, signal.SIGSTOP)

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            for pid in self.family():
                _signal(pid, signal.SIGCONT)

    def recover(self) -> None:
        """After a test: it runs and answers, whatever the test did to it."""
        self.resume()
        if not self.runs:
            self.start()
        until(self.answers, START_SECONDS)

    def family(self) -> list[int]:
        """Its pid and those of all processes under it."""
        found = [self.pid] if self.runs else []
        for pid in found:
            found += _children(pid)
        return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it may end meanwhile
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"
