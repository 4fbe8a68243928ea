"""When a lane may start a send: what the breaker says, what the lane has sent that the ledger does not know of yet, a probe."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from router.delivery.gate import Gate
from router.delivery.outcomes import Ended
from router.ledger import Circuit, Pulse
from router.ports import Outcome
from router.route import Breaker, Connection

ERP = Connection("erp", "http", breaker=Breaker(open_after=3))


class Desk(SimpleNamespace):
    log = None

    def __init__(self, state: str = "closed", failures: int = 0) -> None:
        super().__init__(stands=Circuit("erp", state, failures, 0, 0), looks=0)

    def circuit(self, connection: str) -> Circuit:
        return self.stands

    def look(self) -> None:
        self.looks += 1


def gate(probing: bool = False, **stands: Any) -> tuple[Gate, Desk]:
    desk = Desk(**stands)
    return Gate(desk, ERP, probing), desk  # type: ignore[arg-type]


def ended(*outcomes: Outcome, probe: bool = False) -> Ended:
    found = Ended(ERP)
    for outcome in outcomes:
        found.beat(outcome, probe)
    return found


FULL = Outcome("io", "the queue is full", answered=True)
BAD, GOOD, REFUSED = Outcome("timeout", "none"), Outcome(), Outcome("422", "HTTP 422", 422)


def test_a_closed_breaker_lets_through_and_an_open_one_does_not() -> None:
    assert gate()[0].open(ended(), flying=True)
    assert not gate(state="open")[0].open(ended(), flying=False)


def test_the_failures_that_the_ledger_knows_and_those_of_the_lane_count_together() -> None:
    made, _ = gate(failures=2)
    assert made.open(ended(), flying=False)
    assert not made.open(ended(BAD), flying=False)
    assert made.open(ended(GOOD, BAD), flying=False)
    assert made.open(ended(REFUSED, BAD, BAD), flying=False)
    assert not made.open(ended(GOOD, BAD, BAD, BAD), flying=False)


def test_a_probe_is_alone_whatever_the_breaker_says() -> None:
    made, _ = gate(probing=True, state="open")
    assert made.open(ended(), flying=False)
    assert not made.open(ended(), flying=True)
    assert not made.open(ended(GOOD, probe=True), flying=False)


def test_a_lane_goes_on_after_a_good_probe_and_ends_after_a_bad_one() -> None:
    made, desk = gate(probing=True, state="open")
    assert not made.judged(Pulse("erp", failures=1, probe=False), "")
    assert made.probing
    assert made.judged(Pulse("erp", reset=True, probe=True), "")
    assert not made.probing
    assert desk.looks == 2


def test_breakers_are_read_again_only_where_something_was_said_of_them() -> None:
    made, desk = gate()
    assert made.judged(None, "")
    assert made.judged(Pulse("erp", reset=True), "")
    assert desk.looks == 0
    assert made.judged(Pulse("erp", failures=1), "")
    assert desk.looks == 1


def test_what_one_place_of_a_system_answers_says_nothing_against_its_connection() -> None:
    made, _ = gate(failures=2)
    assert made.open(ended(FULL, FULL, FULL), flying=False)
    assert not made.open(ended(Outcome("io", "the disk is full")), flying=False)
    assert ended(FULL, probe=True).probe is True
