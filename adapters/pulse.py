"""The pulse of a process: its event loop turns. Whoever supervises it ends one whose loop stands still: `up`, by the beats that
it counts in memory which both share; systemd, by what it is told (sd_notify(3), `WatchdogSec=` of the unit)."""

from __future__ import annotations

import asyncio
import mmap
import os
import socket
from contextlib import suppress

EVERY = 2.0
PATIENCE = 60
"""Looks in a row, one a second, that find no beat: a loop that is late under load is never that late."""


class Pulse:
    """Made before the process that beats is forked from the one that looks."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)

    def beat(self) -> None:
        """Of the process, each `EVERY` seconds."""
        self._write(self.count + 1)
        tell_systemd()

    @property
    def count(self) -> int:
        return int.from_bytes(self._shared[:8], "little")

    def rest(self) -> None:
        """There is another process now, which has not beaten yet."""
        self._write(0)

    def _write(self, count: int) -> None:
        self._shared[:8] = count.to_bytes(8, "little")


class Watch:
    """What was seen of a pulse. Looks are counted, not seconds: where the watcher was stopped itself, nobody is late."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._seen = self._looks = 0

    def begin(self) -> None:
        """A process is about to start."""
        self._pulse.rest()
        self._seen = self._looks = 0

    def stands_still(self) -> bool:
        """Called once a second. One that has never beaten is not judged: it may be on its way, or have no pulse."""
        count = self._pulse.count
        self._looks = self._looks + 1 if count and count == self._seen else 0
        self._seen = count
        return self._looks >= PATIENCE


_PULSES: dict[str, Pulse] = {}


def pulse_of(role: str) -> Pulse:
    """One for each role; forks have those of their parent."""
    return _PULSES.setdefault(role, Pulse())


async def beating(pulse: Pulse) -> None:
    """Until it is cancelled."""
    while True:
        pulse.beat()
        await asyncio.sleep(EVERY)


def tell_systemd() -> None:
    """Where it waits for a sign of life of this very process."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or os.environ.get("WATCHDOG_PID") != str(os.getpid()):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as line:
        line.sendto(b"WATCHDOG=1", "\0" + address[1:] if address.startswith("@") else address)
