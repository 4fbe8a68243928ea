"""When a failed delivery is tried again, and when it is dead."""

from __future__ import annotations

import random
from dataclasses import dataclass

from router.ports import Outcome
from router.route import RetryPolicy


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a failed delivery: `next_at` in epoch milliseconds, or None where it is dead."""

    next_at: int | None
    why: str = ""


def retryable(policy: RetryPolicy, outcome: Outcome) -> bool:
    """Whether the policy's `errors` name what happened, by class, status or class of statuses (`5xx`)."""
    error = outcome.error or ""
    names = policy.errors
    if "any" in names or error in names:
        return True
    status = outcome.status
    return status is not None and (str(status) in names or f"{status // 100}xx" in names)


def backoff(policy: RetryPolicy, attempt: int, chance: random.Random) -> float:
    """Seconds to wait after the failed try number `attempt` (from 1), jitter included."""
    exponent = min(attempt - 1, 64)
    wait = min(policy.max, policy.first * policy.factor**exponent)
    return wait * (1 + policy.jitter * (2 * chance.random() - 1))


def judge(
    policy: RetryPolicy, outcome: Outcome, attempt: int, now: int, first_at: int, stood: int, chance: random.Random
) -> Verdict:
    """After the failed try number `attempt`. Times are epoch milliseconds; `stood` is how long the breaker was open
    since `first_at`: the time of the policy stands still meanwhile."""
    if not retryable(policy, outcome):
        return Verdict(None, "not retried")
    if policy.attempts is not None and attempt >= policy.attempts:
        return Verdict(None, f"{attempt} attempts")
    wait = backoff(policy, attempt, chance)
    if outcome.retry_after is not None:
        wait = max(wait, outcome.retry_after)
    next_at = now + int(wait * 1000)
    if next_at - first_at - stood > policy.for_ * 1000:
        if now - first_at - stood >= policy.for_ * 1000:
            return Verdict(None, "retried for as long as the policy says")
        next_at = max(now, int(first_at + stood + policy.for_ * 1000))
    return Verdict(next_at)
