"""Sources of this host that can take nothing in, and why: a page beside the roles' others, for `status --check` and metrics."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

Note = Callable[[str], None]
"""Told why a source takes nothing in, and '' when it does again. Any thread; never raises."""


def unnoted(reason: str) -> None:
    """For sources that nobody watches."""


@dataclass(frozen=True, slots=True)
class Ill:
    """`since` is in epoch seconds."""

    route: str
    since: float
    reason: str


class Ailing:
    """Kept by the one process that works the sources of a host."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._ill: dict[str, Ill] = {}
        self._before: dict[str, Ill] = {}

    def begin(self) -> None:
        """All sources are opened anew. What ails them still, when they have looked, has done so since it was noted first."""
        with self._lock:
            self._before, self._ill = self._ill, {}
            self._write()

    def of(self, route: str) -> Note:
        return lambda reason: self._note(route, reason)

    def _note(self, route: str, reason: str) -> None:
        with self._lock:
            known = self._ill.get(route)
            if (known.reason if known else "") == reason:
                return
            before = known or self._before.get(route)
            if reason:
                self._ill[route] = Ill(route, before.since if before else time.time(), reason)
            else:
                del self._ill[route]
            self._before.pop(route, None)
            self._write()

    def _write(self) -> None:
        """A disk without space keeps the page as it was: the log has it."""
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(msgspec.json.encode(list(self._ill.values())))
            new.replace(self._path)


def page(var: Path) -> Path:
    return var / "run" / "sources.json"


def ill(var: Path) -> list[Ill]:
    """What was noted last; nothing where nothing can be read."""
    try:
        found = msgspec.json.decode(page(var).read_bytes(), type=list[Ill])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
    return sorted(found, key=lambda one: one.route)
