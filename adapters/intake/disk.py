"""The room on the disk of `var`, and whether there is too little of it to take anything in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from router.limits import in_words, too_little
from router.route import Table

MARK = "disk.short"

log = structlog.get_logger("crossdock.intake")


class Usage(Protocol):
    @property
    def total(self) -> int: ...

    @property
    def free(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that are free, and that must be."""

    free: int
    floor: int


class Disk:
    """`floor` of the size of a file system: what must be free on it. That there was too little is a file under `run`, so
    that all processes of the host, and commands, agree on when there is enough again; who makes it or removes it says so."""

    def __init__(
        self, var: Path, floor: Callable[[int], int], usage: Callable[[Path], Usage] = shutil.disk_usage
    ) -> None:
        self._var = var
        self._mark = var / "run" / MARK
        self._floor = floor
        self._usage = usage
        self._said = False

    def room(self) -> Room:
        """Raises OSError."""
        found = self._usage(self._var)
        return Room(found.free, self._floor(found.total))

    def why(self) -> str:
        """Why nothing may be taken in; '' where there is room, or nobody can tell. Changes nothing."""
        try:
            room = self.room()
        except OSError:
            return ""
        short = too_little(room.free, room.floor, self._mark.exists())
        return f"{in_words(room.free)} are free on the disk, {in_words(room.floor)} must be" if short else ""

    def __call__(self) -> str:
        """`why`, kept for the others."""
        why = self.why()
        if why:
            self._close(why)
        elif self._mark.exists():
            self._open()
        return why

    def _close(self, why: str) -> None:
        try:
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            self._mark.touch(exist_ok=False)
        except OSError:  # another made it just now; or not even a name has room
            if self._said or self._mark.exists():
                return
            self._said = True
        log.warning(f"intake is closed, nothing is taken in: {why} ({self._var})", action="intake_closed", limit="disk")

    def _open(self) -> None:
        self._said = False
        with suppress(FileNotFoundError):
            self._mark.unlink()
            log.info(f"intake is open again: there is room on the disk of {self._var}", action="intake_opened", limit="disk")


def disk_of(var: Path, table: Callable[[], Table]) -> Disk:
    return Disk(var, lambda size: table().limits.floor(size))
