"""How soon a folder is looked at again."""

from __future__ import annotations

BUSY = 0.2
IDLE = 1.0
LIVELY = 10.0
"""Seconds after the last change in which the folder is looked at often."""

SHARE = 5.0
"""A look at a large folder is followed by a pause of so many times its length. What waits for the ledger does not count."""

FIRST, LONGEST = 0.5, 10.0


class Pace:
    """Often while files come, once a second else, less and less often while it fails."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._changed = float("-inf")
        self._wait = FIRST

    def next(self, names: frozenset[str], taken: bool, now: float, cost: float) -> float:
        """After a look of `cost` seconds that found `names`; `taken` where some were ready."""
        self._wait = FIRST
        if taken or (names and names != self._names):
            self._changed = now
        self._names = names
        lively = now - self._changed < LIVELY and (names or taken)
        return max(BUSY if lively else IDLE, SHARE * cost)

    def failed(self) -> float:
        """After a look that failed."""
        wait, self._wait = self._wait, min(LONGEST, self._wait * 2)
        return wait
