"""How long this process's transactions wait: for their turn, and for the disk."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator


class Delay:
    """The longest since it was last asked for, in seconds, whatever the transaction was about: one that waits takes the
    wait away from those behind it, so that a look by a transaction of its own would find a slow ledger quick."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """What happens inside is a wait, also when it ends by an error."""
        begun = time.monotonic()
        try:
            yield
        finally:
            waited = time.monotonic() - begun
            if waited > self._longest:
                with self._lock:
                    self._longest = max(self._longest, waited)

    def take(self) -> float:
        with self._lock:
            longest, self._longest = self._longest, 0.0
        return longest
