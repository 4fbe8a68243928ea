"""A process that runs says in the ledger that it is there, and which version of the project it serves, for `status`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Protocol

from router.errors import CrossdockError

BEAT = 10.0
"""Seconds between two beats; a version that changes is told at the next look."""
LOOK = 1.0


class Nodes(Protocol):
    def beat(self, name: str, role: str, host: str, version: int) -> None:
        """Raises LedgerError."""


class Presence:
    """Runs in a thread of its own from `start` to `end`, or to the end of the process. `version` is what it serves now."""

    def __init__(self, nodes: Nodes, node: str, role: str, version: Callable[[], int]) -> None:
        self._nodes = nodes
        self._node, self._role, self._version = node, role, version
        self._host = socket.gethostname()
        self._told = 0
        self._silent = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def __enter__(self) -> Presence:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> Presence:
        self._thread.start()
        return self

    def end(self) -> None:
        """The ledger may be closed afterwards."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        self.look(BEAT)
        while not self._ended.wait(LOOK):
            self.look(LOOK)

    def look(self, passed: float) -> None:
        """`passed` seconds after the look before. A ledger that cannot be written is told of by those who need it."""
        self._silent += passed
        version = self._version()
        if version == self._told and self._silent < BEAT:
            return
        try:
            self._nodes.beat(self._node, self._role, self._host, version)
        except CrossdockError:
            return
        self._told, self._silent = version, 0.0
