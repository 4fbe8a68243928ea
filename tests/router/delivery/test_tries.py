"""What becomes of a failed try."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from router.delivery.tries import failed, number_of, without_an_end
from router.delivery.units import Unit
from router.ports import Outcome
from router.route import RetryPolicy

POLICY = RetryPolicy(errors=("503", "any"), first=1.0, factor=2.0, max=60.0, jitter=0.0, attempts=3, for_=3600.0)
NOW = 1_000_000


def unit(parked: Any = None, deadline: int | None = None, late: str = "cancel") -> Unit:
    stored: Any = SimpleNamespace(deadline=deadline, late=late)
    nothing: Any = None
    return Unit(1, 0, stored, nothing, nothing, 0, parked=parked)


def parked(attempt: int, first_at: int = NOW - 5000, stood: int = 0) -> Any:
    return SimpleNamespace(attempt=attempt, first_at=first_at, stood=stood, id=1, fallback=False)


def tried(one: Unit, outcome: Outcome | None = None, stood: int = 0, hold: bool = False) -> Any:
    return failed(one, outcome or Outcome("503", "busy", 503), POLICY, NOW, stood, random.Random(1), False, hold)


def test_the_first_try_is_tried_again() -> None:
    found = tried(unit(), stood=700)
    assert (found.number, found.first_at, found.stood, found.dead, found.blocks) == (1, NOW, 700, False, True)
    assert found.verdict.next_at == NOW + 1000


def test_later_ones_count_from_the_first() -> None:
    found = tried(unit(parked(1)))
    assert (found.number, found.first_at, found.dead) == (2, NOW - 5000, False)
    assert tried(unit(parked(2))).dead


def test_a_requeued_one_starts_anew() -> None:
    found = tried(unit(parked(0, first_at=1)))
    assert (found.number, found.first_at) == (1, NOW)
    assert number_of(unit(parked(0))) == 1


@pytest.mark.parametrize("hold", [True, False])
def test_a_dead_one_blocks_its_key_where_it_is_held(hold: bool) -> None:
    assert tried(unit(parked(2)), hold=hold).blocks is hold


def test_a_caller_who_was_told_504_wants_no_other_try_whatever_is_retried() -> None:
    found = tried(unit(deadline=NOW))
    assert found.dead
    assert (found.outcome.error, found.outcome.status) == ("late", 503)
    assert found.outcome.reason == "the caller was told 504; last: busy"
    assert not tried(unit(deadline=NOW + 1)).dead
    assert not tried(unit(deadline=NOW, late="deliver")).dead
    assert not tried(unit(parked(0), deadline=NOW)).dead


def test_a_fallback_has_as_many_tries_of_its_own() -> None:
    def there(attempt: int) -> Any:
        one = unit(parked(attempt))
        return failed(one, Outcome("503", "busy", 503), POLICY, NOW, 0, random.Random(1), False, False, fallback=True)

    assert [there(attempt).dead for attempt in (2, 3, 4, 5)] == [False, False, False, True]


@pytest.mark.parametrize("error", [None, "refused"])
def test_the_beginning_of_an_answer_is_none(error: str | None) -> None:
    outcome = without_an_end(Outcome(error, "too long", 200, response=b"begin", cut=True))
    assert (outcome.error, outcome.status, outcome.response) == ("refused", None, b"begin")
    assert outcome.reason == "too long; the caller waits for all of it"


def test_a_status_counts_without_its_body() -> None:
    outcome = without_an_end(Outcome("503", "busy", 503, response=b"begin", response_type="text/plain", cut=True))
    assert outcome == Outcome("503", "busy", 503, cut=True)
