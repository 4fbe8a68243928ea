"""One send: all of it in one transaction; where a row is wrong, in smaller ones, so that the others are not held up."""

from __future__ import annotations

import time
from collections.abc import Sequence

from adapters.outbound.sql.session import Failed, Job, Line, Refused, Session

Ending = Refused | Failed | None
"""Of a job; None: it is written and committed."""
Numbered = list[tuple[int, list[Line]]]


def deliver(session: Session, jobs: Sequence[Job], deadline: float) -> list[Ending]:
    """One ending a job, in order. What the other side does is never raised."""
    ends: list[Ending] = [None] * len(jobs)
    fitting: Numbered = []
    for number, job in enumerate(jobs):
        try:
            fitting.append((number, session.fit(job)))
        except Refused as error:
            ends[number] = error
        except Failed as error:
            return [error] * len(jobs)
    waiting = [fitting] if fitting else []
    while waiting:
        part = waiting.pop()
        try:
            write(session, part, deadline)
        except Refused as error:
            waiting += without(part, error, ends)
        except Failed as error:
            for number, _ in sum(waiting, part):
                ends[number] = error
            break
    return ends


def write(session: Session, part: Numbered, deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise Failed("timeout", "the time was over before this one's turn came; others of its batch had wrong rows")
    session.write([lines for _, lines in part], deadline)


def without(part: Numbered, error: Refused, ends: list[Ending]) -> list[Numbered]:
    """What is tried next, last first: the rest where the wrong one is known, else both halves."""
    at = 0 if len(part) == 1 else error.at
    if at is not None:
        ends[part[at][0]] = error
        rest = part[:at] + part[at + 1 :]
        return [rest] if rest else []
    middle = len(part) // 2
    return [part[middle:], part[:middle]]
