"""A failed try of a delivery, and what becomes of it: tried again, dead, or dead because its caller was told so."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from router.delivery.units import Unit
from router.ports import Outcome
from router.retry import Verdict, judge
from router.route import RetryPolicy


@dataclass(frozen=True, slots=True)
class Try:
    """The try number `number` (from 1) at the time `at` in epoch milliseconds. `first_at` is the first one's time, `stood`
    for how many milliseconds the connection's breaker had been open by then."""

    outcome: Outcome
    verdict: Verdict
    number: int
    at: int
    first_at: int
    stood: int
    probe: bool = False
    hold: bool = False
    """A dead one blocks its key (`when_dead: hold`)."""
    fallback: bool = False
    """The fallback was tried."""

    @property
    def dead(self) -> bool:
        return self.verdict.next_at is None

    @property
    def blocks(self) -> bool:
        """Whether those behind it of its key have to wait."""
        return self.hold or not self.dead


def number_of(unit: Unit) -> int:
    """The number of the unit's next try."""
    return (unit.parked.attempt if unit.parked else 0) + 1


def without_an_end(outcome: Outcome) -> Outcome:
    """Of an answer that was cut, where a caller waits for it. He gets none, and what arrived is not sent again unasked; a
    status that is an error goes back to him without a body."""
    if outcome.error not in (None, "refused"):
        return replace(outcome, response=b"", response_type="")
    reason = f"{outcome.reason}; the caller waits for all of it"
    return replace(outcome, error="refused", status=None, reason=reason)


def failed(
    unit: Unit, outcome: Outcome, policy: RetryPolicy, now: int, stood: int, chance: random.Random, probe: bool,
    hold: bool, fallback: bool = False, runs_on: bool = False,
) -> Try:  # fmt: skip
    """`stood` is how long the breaker has been open in all; what of it came after the first try is not counted, unless time
    `runs_on`. The time of a `fallback` begins with its own first try, and it has as many tries of its own."""
    first_at, before = now, stood
    if unit.parked is not None and unit.parked.attempt > 0 and bool(unit.parked.fallback) == fallback:
        first_at, before = unit.parked.first_at, unit.parked.stood
    number = number_of(unit)
    if unit.too_late(now):
        outcome = Outcome("late", f"the caller was told 504; last: {outcome.reason}", outcome.status)
        verdict = Verdict(None, "late")
    else:
        if fallback and policy.attempts is not None:
            policy = replace(policy, attempts=2 * policy.attempts)
        verdict = judge(policy, outcome, number, now, first_at, 0 if runs_on else max(0, stood - before), chance)
    return Try(outcome, verdict, number, now, first_at, before, probe, hold, fallback)
