"""What was read lately: asked often, read once a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from router.errors import LedgerError

EVERY = 1.0
"""Seconds for which an answer holds."""

T = TypeVar("T")


class Lately(Generic[T]):
    """`()` gives what `read` gave last, at most `every` seconds ago; `news(before, after)` is told of each reading. Where
    the ledger cannot be read, the last answer holds, and `failed` is told once until it can. Several threads may ask."""

    def __init__(
        self, read: Callable[[], T], first: T, news: Callable[[T, T], None] = lambda _before, _after: None,
        failed: Callable[[str], None] = lambda _reason: None, every: float = EVERY, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._read = read
        self._last = first
        self._news = news
        self._failed = failed
        self._every = every
        self._clock = clock
        self._until = float("-inf")
        self._blind = False

    def __call__(self) -> T:
        now = self._clock()
        if now >= self._until:
            self._until = now + self._every
            self._look()
        return self._last

    def _look(self) -> None:
        try:
            found = self._read()
        except LedgerError as error:
            if not self._blind:
                self._failed(error.reason)
            self._blind = True
            return
        self._blind = False
        before, self._last = self._last, found
        self._news(before, found)
