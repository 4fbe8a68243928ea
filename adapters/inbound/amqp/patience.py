"""How long one waits after failures, and which of them are news."""

from __future__ import annotations

import random

FIRST, LONGEST = 0.5, 5.0


class Patience:
    """The wait doubles with each failure; a reason is news where it is not the last one."""

    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._wait = first
        self._reason = ""

    def failed(self, reason: str) -> tuple[float, bool]:
        """(seconds to wait, whether to speak of it)."""
        wait, self._wait = self._wait, min(self._longest, self._wait * 2)
        news, self._reason = reason != self._reason, reason
        return wait * random.uniform(0.8, 1.2), news

    def over(self) -> bool:
        """It works; whether it did not before."""
        troubled, self._reason, self._wait = bool(self._reason), "", self._first
        return troubled
