"""Files that could not be taken or moved: left alone for a while, so that the others go on."""

from __future__ import annotations

from collections.abc import Container


class Troubles:
    """Names with the time of their next try. The wait doubles from 1 s to 60 s."""

    def __init__(self, first: float = 1.0, longest: float = 60.0) -> None:
        self._first = first
        self._longest = longest
        self._waits: dict[str, tuple[float, float]] = {}

    def add(self, name: str, now: float) -> float:
        """Another failure; the seconds to wait."""
        wait = min(self._longest, self._waits[name][1] * 2) if name in self._waits else self._first
        self._waits[name] = (now + wait, wait)
        return wait

    def waiting(self, name: str, now: float) -> bool:
        return name in self._waits and now < self._waits[name][0]

    def over(self, name: str) -> None:
        self._waits.pop(name, None)

    def keep(self, present: Container[str]) -> None:
        """Forgets names that are gone."""
        if self._waits:
            self._waits = {name: wait for name, wait in self._waits.items() if name in present}


class Said:
    """Reasons that were logged: each when it begins or changes, and again after an hour."""

    def __init__(self, again: float = 3600.0) -> None:
        self._again = again
        self._said: dict[str, tuple[str, float]] = {}

    def worth(self, about: str, reason: str, now: float) -> bool:
        """Whether this is to be logged now; it counts as logged then."""
        before = self._said.get(about)
        if before is not None and before[0] == reason and now - before[1] < self._again:
            return False
        self._said[about] = (reason, now)
        return True

    def over(self, about: str) -> bool:
        """Whether something was said about it that is over now."""
        return self._said.pop(about, None) is not None

    def keep(self, present: Container[str]) -> None:
        """Forgets what is gone."""
        if self._said:
            self._said = {about: said for about, said in self._said.items() if about in present}
