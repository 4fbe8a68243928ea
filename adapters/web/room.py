"""How many connections there may be at one time."""

from __future__ import annotations

import resource
from typing import Protocol

MOST = 5000
RESERVE = 256
"""Open files beside connections: ledger, blobs, logs."""
WANTED = 16_384
"""Open files that the process asks for, where it may have so many."""


class Connection(Protocol):
    def give_way(self) -> None: ...


class Room:
    """Where it is full, a new connection takes the place of the one that has waited longest without a request, so that
    callers who only hold connections keep nobody out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}

    def enter(self, connection: Connection) -> bool:
        """False where all that are inside are at work."""
        if len(self._inside) >= self._most:
            longest = next(iter(self._waiting), None)
            if longest is None:
                return False
            self.leave(longest)
            longest.give_way()
        self._inside.add(connection)
        self._waiting[connection] = None
        return True

    def busy(self, connection: Connection) -> None:
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        if connection in self._inside:
            self._waiting[connection] = None

    def leave(self, connection: Connection) -> None:
        self._inside.discard(connection)
        self._waiting.pop(connection, None)


def room_for_connections() -> int:
    """Raises the soft limit of open files where it may; what is left of it for connections, at most MOST."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft - RESERVE))
