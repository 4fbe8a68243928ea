"""How many entries are asked for at once: a server counts entries, memory counts bytes."""

from __future__ import annotations

MOST = 500
FIRST = 16
BYTES = 16_777_216
"""A read is meant to hold about so many bytes at most."""


class Portion:
    """Begins small, doubles while entries are small, and falls at once where they are large."""

    def __init__(self) -> None:
        self.count = FIRST

    def learn(self, entries: int, size: int) -> None:
        """After a read of so many entries with so many bytes."""
        if entries:
            fits = BYTES * entries // max(1, size)
            self.count = max(1, min(self.count * 2, fits, MOST))
