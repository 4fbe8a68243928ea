"""What is wrong with a stream: said once, waited out longer and longer, and said again when it is over."""

from __future__ import annotations

import random

import structlog

from adapters.ailing import Note, unnoted

FIRST, LONGEST = 0.5, 10.0


class Trouble:
    """Of one route. The log is bound to it."""

    def __init__(
        self, log: structlog.stdlib.BoundLogger, note: Note = unnoted, first: float = FIRST, longest: float = LONGEST
    ) -> None:
        self._log, self._note = log, note
        self._first = first
        self._longest = longest
        self._wait = first
        self._said: tuple[str, str] | None = None

    def failed(self, action: str, reason: str) -> float:
        """Seconds to wait before the next try."""
        self._note(reason)
        if self._said != (action, reason):
            self._log.warning(f"{reason}; tried again until it works", action=action)
            self._said = (action, reason)
        wait, self._wait = self._wait, min(self._longest, self._wait * 2)
        return wait * (0.8 + 0.4 * random.random())

    def over(self) -> None:
        """Something worked."""
        self._note("")
        if self._said is not None:
            self._log.info("it works again", action="stream_back")
        self._wait, self._said = self._first, None
