from __future__ import annotations

import random

import pytest

from router.ports import Outcome
from router.retry import backoff, judge, retryable
from router.route import RetryPolicy

PLAIN = RetryPolicy(jitter=0)
NOW = 1_000_000


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome("connect"), True), (Outcome("503", status=503), True), (Outcome("429", status=429), True),
        (Outcome("408", status=408), True), (Outcome("400", status=400), False), (Outcome("refused", status=200), False),
        (Outcome("exists"), False), (Outcome("io"), True),
    ],
)  # fmt: skip
def test_what_the_default_policy_tries_again(outcome: Outcome, expected: bool) -> None:
    assert retryable(RetryPolicy(), outcome) is expected
    assert retryable(RetryPolicy(errors=("any",)), outcome) is True


def test_the_wait_grows_to_its_most() -> None:
    chance = random.Random(1)
    assert [backoff(PLAIN, n, chance) for n in (1, 2, 3, 4, 9)] == [2, 6, 18, 54, 900]


def test_jitter_stays_in_its_share() -> None:
    chance = random.Random(1)
    waits = [backoff(RetryPolicy(first=10, jitter=0.2), 1, chance) for _ in range(200)]
    assert 8 <= min(waits) < 9
    assert 11 < max(waits) <= 12


def judged(policy: RetryPolicy, outcome: Outcome, attempt: int, age: float = 0, stood: float = 0) -> int | None:
    first_at = NOW - int(age * 1000)
    return judge(policy, outcome, attempt, NOW, first_at, int(stood * 1000), random.Random(1)).next_at


def test_retry_after_is_obeyed_where_it_is_longer() -> None:
    assert judged(PLAIN, Outcome("429", status=429, retry_after=60), 1) == NOW + 60_000
    assert judged(PLAIN, Outcome("429", status=429, retry_after=1), 1) == NOW + 2_000


def test_a_bound_of_attempts_counts_the_first() -> None:
    policy = RetryPolicy(jitter=0, attempts=2)
    assert judged(policy, Outcome("timeout"), 1) is not None
    assert judged(policy, Outcome("timeout"), 2) is None


def test_the_policy_ends_by_time_which_stands_still_while_the_breaker_is_open() -> None:
    policy = RetryPolicy(jitter=0, for_=60)
    assert judged(policy, Outcome("timeout"), 1, age=61) is None
    assert judged(policy, Outcome("timeout"), 1, age=61, stood=30) == NOW + 2_000
    assert judged(policy, Outcome("timeout"), 4, age=30) == NOW + 30_000
