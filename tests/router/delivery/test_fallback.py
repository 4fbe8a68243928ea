"""Where a delivery goes that is dead at its own target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from router.errors import MessageError
from router.message import Message
from router.ports import Outcome
from router.route import Connection, RetryPolicy, Send
from tests.router.delivery.test_telling import Log
from tests.router.workshop import Expr, FakeTarget, Workshop, target

REFUSED = Outcome("422", "HTTP 422: no", 422)
BUSY = Outcome("503", "HTTP 503: busy", 503)
SOON = RetryPolicy(first=1.0, jitter=0.0, for_=10.0)


def shop(tmp_path: Path, **more: Any) -> Workshop:
    """A target `t` at the ERP, whose fallback is the connection `shelf`."""
    send = more.pop("send", Send("fake", "erp", {}, lambda m: None))
    one = target(fallback=Send("fake", "shelf", {}, lambda m: "shelf"), retry=SOON, **more)
    made = Workshop(tmp_path, targets=[type(one)(**{**{f: getattr(one, f) for f in one.__slots__}, "send": send})])
    made.connections["shelf"] = Connection("shelf", "fake")
    made.targets = {"erp": FakeTarget(), "shelf": FakeTarget()}
    return made


def reasons(made: Workshop) -> list[tuple[int, str]]:
    return made.ledger.db.read("SELECT kind, reason FROM attempt ORDER BY seq, kind")


def test_what_is_dead_is_sent_to_the_fallback_and_delivered(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [REFUSED]
    [id, _] = made.put({"n": 1}, {"n": 2})
    made.deliver()
    assert made.targets["shelf"].sent == [(f"{id}:t", {"n": 1})]
    assert (made.parked(), made.open()) == ([], 0)
    assert reasons(made)[0] == (3, "by fallback to shelf: HTTP 422: no")


def test_that_something_went_to_the_fallback_is_in_the_log(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.log = log = Log()
    made.targets["erp"].script = [REFUSED, REFUSED]
    made.put({"n": 1}, {"n": 2}, {"n": 3})
    made.deliver()
    told = log.of("delivery_fallback")
    assert sum(line["count"] for line in told) == 2
    assert told[0]["reason"] == "by fallback to shelf: HTTP 422: no"


def test_what_may_be_tried_again_is_not_for_the_fallback(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [BUSY]
    made.put({"n": 1})
    made.deliver()
    assert made.targets["shelf"].sent == []
    assert [(state, stage) for _, _, state, stage in made.parked()] == [("retry", "send")]


def test_an_address_that_cannot_be_made_is_for_the_fallback(tmp_path: Path) -> None:
    def nowhere(message: Message) -> Any:
        raise MessageError("send", "undefined", "path: body.id is undefined")

    made = shop(tmp_path, send=Send("fake", "erp", {}, nowhere))
    made.put({"n": 1})
    made.deliver()
    assert made.targets["shelf"].bodies == [{"n": 1}]
    assert made.parked() == []


def test_a_fallback_that_refuses_too_leaves_a_dead_letter_with_both_reasons(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script, made.targets["shelf"].script = [REFUSED], [Outcome("400", "HTTP 400: never", 400)]
    made.put({"n": 1})
    made.deliver()
    [(state, reason)] = made.ledger.db.read("SELECT state, reason FROM parked")
    assert (state, reason) == ("dead", "fallback to shelf: HTTP 400: never; before: HTTP 422: no")


def test_a_fallback_that_is_down_is_tried_again_without_its_own_target(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [REFUSED]
    made.targets["shelf"].script = [Outcome("connect", "refused"), Outcome("connect", "refused")]
    made.put({"n": 1})
    made.deliver()
    assert [state for _, _, state, _ in made.parked()] == ["retry"]
    made.later(1.1)
    made.deliver()
    made.later(5)
    made.deliver()
    assert len(made.targets["erp"].sent) == 1
    assert len(made.targets["shelf"].sent) == 3
    assert made.parked() == []


def test_a_fallback_is_given_up_when_its_own_time_is_over(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].script = [REFUSED]
    made.targets["shelf"].answer = lambda parcel: Outcome("connect", "refused")
    made.put({"n": 1})
    for _ in range(8):
        made.deliver()
        made.later(5)
    assert [state for _, _, state, _ in made.parked()] == ["dead"]


def test_the_next_of_a_key_waits_until_the_fallback_has_it(tmp_path: Path) -> None:
    made = shop(tmp_path, order_by=Expr(lambda body: body["k"]))
    made.targets["erp"].script = [REFUSED]
    made.targets["shelf"].script = [Outcome("connect", "refused")]
    made.put({"k": "a", "n": 1}, {"k": "a", "n": 2}, {"k": "b", "n": 3})
    made.deliver()
    assert [body["n"] for body in made.targets["erp"].bodies] == [1, 3]
    made.later(1.1)
    made.deliver()
    assert [body["n"] for body in made.targets["shelf"].bodies] == [1, 1]
    assert [body["n"] for body in made.targets["erp"].bodies] == [1, 3, 2]


def test_what_was_given_up_when_the_shift_ends_is_not_sent_to_its_own_target_again(tmp_path: Path) -> None:
    """The answer comes when nothing new may be started any more."""
    made = shop(tmp_path)
    stopping = [False]

    def refuse(parcel: Any) -> Outcome:
        stopping[0] = True
        return REFUSED

    made.targets["erp"].answer = refuse
    made.put({"n": 1})
    plain = made.desk

    def desk() -> Any:
        found = plain()
        found.stopping = lambda: stopping[0]
        return found

    made.desk = desk  # type: ignore[method-assign]
    made.deliver()
    assert made.targets["shelf"].sent == []
    assert made.ledger.db.read("SELECT state, fallback FROM parked") == [("retry", 1)]
    stopping[0] = False
    made.desk = plain  # type: ignore[method-assign]
    made.later(0.1)
    made.deliver()
    assert (len(made.targets["erp"].sent), made.targets["shelf"].bodies) == (1, [{"n": 1}])
    assert (made.parked(), made.open()) == ([], 0)


def test_the_breaker_of_its_own_target_does_not_count_the_fallback(tmp_path: Path) -> None:
    made = shop(tmp_path)
    made.targets["erp"].answer = lambda parcel: REFUSED
    made.targets["shelf"].answer = lambda parcel: Outcome("connect", "refused")
    made.put(*({"n": n} for n in range(9)))
    made.deliver()
    assert len(made.targets["erp"].sent) == 9
    assert made.ledger.circuits().get("erp") is None or made.ledger.circuits()["erp"].state == "closed"
