"""The lane protocol, looked at whole: every state of a small model of it (tests/faults/model/lane.py). Nothing is lost (an
end is reached from everywhere), no outcome counts twice, keys keep their order, what is due shows. Without any one of the
rules the search finds how it goes wrong. CROSSDOCK_FAULTS=long looks at larger ones, for some minutes."""

from __future__ import annotations

import os

import pytest

from tests.faults.model.lane import Lane, Rules, State, overdue
from tests.faults.model.search import Found, search

LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
SIZES = [("aa", 1, 1), ("aab", 1, 0), *([("aa", 2, 2), ("ab", 2, 1), ("aab", 2, 1)] if LONG else [])]
"""The keys of the messages, how many sends fail, how many processes die."""


def look(keys: str, rules: Rules, failures: int, deaths: int) -> Found[State]:
    lane = Lane(keys, rules, failures, deaths)
    found = search(lane.first(), lane.next, broken, lane.done)
    what = f"{len(keys)} messages of keys {keys}, 2 workers, {failures} sends fail, {deaths} die"
    print(f"{what}: {found.states} states, {found.steps} steps; {found.why or 'all is well'}", *found.trail, sep="\n  ")
    return found


def broken(state: State) -> str:
    return state.fault or ("next_due is too late" if overdue(state) else "")


@pytest.mark.parametrize(("keys", "failures", "deaths"), SIZES)
def test_the_protocol_keeps_its_promises_in_every_state(keys: str, failures: int, deaths: int) -> None:
    found = look(keys, Rules(), failures, deaths)
    assert found.why == "", "\n".join((found.why, *found.trail))
    assert found.states > 10_000


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (Rules(fence=False), "a second outcome of 0"),
        (Rules(wake_inside=False), "next_due is too late"),
        (Rules(look_inside=False), "next_due is too late"),
        (Rules(stay_due=False), "no end is reached any more"),
        (Rules(block=False), "1 arrived before 0"),
    ],
)
def test_without_a_rule_a_promise_is_broken(rules: Rules, why: str) -> None:
    found = look("aa", rules, 1, 1)
    assert found.why == why
    assert found.trail
