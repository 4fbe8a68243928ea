"""The ballast: space that is taken for nothing, so that it can be given up when a disk is full.

On a full disk SQLite can neither delete nor checkpoint. Intake stops long before; where others fill the disk all the same,
the ballast goes, and outcomes and retention can be written.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from adapters.disk import explain
from adapters.intake.disk import Room, disk_of
from router.limits import REOPENS, in_words
from router.route import Table

FULL = 64 << 20
PIECE = 1 << 20
"""Bytes that one look adds: many at once would hold up the syncs of the ledger, which lies on the same disk."""

EVERY = 1.0

log = structlog.get_logger("crossdock.intake")


class Ballast:
    """One file, truly written: neither holes nor zeros that a file system could leave out. At most half of what must be
    free, so that giving it up does not open intake. One process of a host looks."""

    def __init__(self, path: Path, room: Callable[[], Room]) -> None:
        self.path = path
        self._room = room

    def look(self) -> None:
        """Once a second: gives it up on a disk that is nearly full, or adds a piece where there is room. Never raises."""
        try:
            self._look(self._room())
        except OSError as error:
            log.debug(f"the ballast is as it was: {explain(error)}", action="ballast_failed")

    def _look(self, room: Room) -> None:
        size = self.path.stat().st_size if self.path.exists() else 0
        if room.free < room.floor // 4:
            if size:
                self._give_up(size)
            return
        missing = min(FULL, room.floor // 2) - size
        if missing > 0 and room.free - missing > room.floor / REOPENS:
            self._grow(min(PIECE, missing))

    def _give_up(self, size: int) -> None:
        self.path.unlink()
        log.warning(
            f"the disk is full: the ballast was given up, {in_words(size)} are free for outcomes and retention. Free some"
            " space; it is made again then", action="ballast_given_up",
        )  # fmt: skip

    def _grow(self, piece: int) -> None:
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, os.urandom(piece))
            os.fdatasync(fd)
        except OSError:
            with suppress(OSError):  # somebody was faster
                self.path.unlink()
            raise
        finally:
            os.close(fd)


async def tend(var: Path, table: Callable[[], Table], stop: asyncio.Event) -> None:
    """The ballast of a host, until `stop` is set."""
    ballast = Ballast(var / "ballast", disk_of(var, table).room)
    while not stop.is_set():
        await asyncio.to_thread(ballast.look)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY)
