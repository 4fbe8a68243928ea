"""One send: all of it in one transaction; where a row is wrong, or all would take too long, in smaller ones, so that the
others are not held up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.outbound.sql.session import Failed, Job, Line, Refused, Session
from router.ports import UNSENT

Ending = Refused | Failed | None
"""Of a job; None: it is written and committed."""
Numbered = list[tuple[int, list[Line]]]
LATER = Failed(UNSENT, "its turn did not come within the time of its batch")
SMALLER = 16
"""By how much a transaction is smaller after one that took too long."""
QUICK = 0.125
"""Of the time that there is: what takes less may be larger the next time."""


class Sizes:
    """How many jobs one transaction takes in time, by the table or statement: as many as there are, until one was late."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, into: str, jobs: int) -> int:
        return min(jobs, self._known.get(into, jobs))

    def late(self, into: str, jobs: int) -> None:
        self._known[into] = max(1, jobs // SMALLER)

    def quick(self, into: str, jobs: int) -> None:
        known = self._known.get(into)
        if known is not None and jobs >= known:
            self._known[into] = known * 2


@dataclass
class Batch:
    """`ends` are by the numbers of `jobs` and true at any moment: what is being written ends as `silent`, until it has."""

    jobs: Mapping[int, Job]
    ends: list[Ending]
    deadline: float
    silent: Failed
    into: str = ""
    sizes: Sizes = field(default_factory=Sizes)

    def write(self, session: Session) -> None:
        """What the other side does is never raised."""
        fitting = self._fitting(session)
        if time.monotonic() >= self.deadline:
            self._end(fitting, Failed("timeout", "the time was over before the first row could be written"))
            return
        self._end(fitting, LATER)
        waiting = [fitting] if fitting else []
        begun, first = time.monotonic(), True
        while waiting:
            part = waiting.pop()
            size = self.sizes.of(self.into, len(part))
            if size < len(part):
                waiting.append(part[size:])
                part = part[:size]
            if not self._part(session, part, waiting, first):
                break
            first = False
            if time.monotonic() - begun > (self.deadline - begun) / 2:
                self._cut(waiting)
                break

    def _fitting(self, session: Session) -> Numbered:
        fitting: Numbered = []
        for number, job in self.jobs.items():
            try:
                fitting.append((number, session.fit(job)))
            except Refused as error:
                self.ends[number] = error
            except Failed as error:
                for other in self.jobs:
                    self.ends[other] = error
                return []
        return fitting

    def _part(self, session: Session, part: Numbered, waiting: list[Numbered], first: bool) -> bool:
        """One transaction; whether there may be another. The `first` one has all the time that there is."""
        begun = time.monotonic()
        self._end(part, self.silent)
        try:
            session.write([lines for _, lines in part], self.deadline)
        except Refused as error:
            self._end(part, LATER)
            waiting += without(part, error, self.ends)
            return True
        except Failed as error:
            if error.error == "timeout" and (len(part) > 1 or not first):
                self._end(part, LATER)  # it is rolled back; each of them may be quick enough, with all the time
                self.sizes.late(self.into, len(part))
            else:
                self._end(part, error)
            return False
        self._end(part, None)
        if time.monotonic() - begun < QUICK * (self.deadline - begun):
            self.sizes.quick(self.into, len(part))
        return True

    def _cut(self, waiting: list[Numbered]) -> None:
        """The rest comes again, in smaller transactions where none has got through."""
        left = max((len(part) for part in waiting), default=0)
        if left and not any(self.ends[number] is not LATER for number in self.jobs):
            self.sizes.late(self.into, left)

    def _end(self, part: Numbered, end: Ending) -> None:
        for number, _ in part:
            self.ends[number] = end


def without(part: Numbered, error: Refused, ends: list[Ending]) -> list[Numbered]:
    """What is tried next, last first: the rest where the wrong one is known, else both halves."""
    at = 0 if len(part) == 1 else error.at
    if at is not None:
        ends[part[at][0]] = error
        rest = part[:at] + part[at + 1 :]
        return [rest] if rest else []
    middle = len(part) // 2
    return [part[middle:], part[:middle]]
