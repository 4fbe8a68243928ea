"""What goes to the fallback while the breaker of its own target is open: what has waited as long as `retry` says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from router.ports import Outcome
from router.route import Breaker, Connection, Gather, RetryPolicy, Send
from tests.router.workshop import Expr, FakeTarget, Workshop, target

GONE = Outcome("connect", "refused")
SOON = RetryPolicy(first=1.0, jitter=0.0, for_=60.0)


class Shop(Workshop):
    """A target at the ERP, which is away, with a fallback `shelf`; its breaker opens after one failure, for 10 s. Its
    worker child lives through all shifts."""

    def __init__(self, tmp_path: Path, **more: Any) -> None:
        super().__init__(tmp_path, targets=[target(fallback=Send("fake", "shelf", {}, lambda m: "shelf"), retry=SOON, **more)])
        self.connections["erp"] = Connection("erp", "fake", breaker=Breaker(1, 10))
        self.connections["shelf"] = Connection("shelf", "fake")
        self.targets = {"erp": FakeTarget(), "shelf": FakeTarget()}
        self.targets["erp"].answer = lambda parcel: GONE
        self.opened: dict[str, int] = {}

    def desk(self) -> Any:
        desk = super().desk()
        desk.opened, close = self.opened, desk.close

        async def closed() -> None:
            self.opened = desk.opened
            await close()

        desk.close = closed  # type: ignore[method-assign]
        return desk

    def received(self) -> datetime:
        return datetime.fromtimestamp(self.ledger.now() / 1000, UTC)

    def for_seconds(self, seconds: int) -> None:
        """A shift every five seconds."""
        for _ in range(seconds // 5):
            self.later(5)
            self.deliver()

    @property
    def shelf(self) -> list[Any]:
        return self.targets["shelf"].bodies


def test_what_waits_behind_an_open_breaker_goes_to_the_fallback_when_its_time_is_over(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    ids = shop.put({"n": 0})
    shop.deliver()
    ids += shop.put(*({"n": n} for n in range(1, 30)))
    shop.for_seconds(45)
    assert shop.shelf == []
    tried = len(shop.targets["erp"].sent)
    assert 3 <= tried <= 7, "one probe at a time"
    shop.for_seconds(30)
    assert sorted(body["n"] for body in shop.shelf) == list(range(30))
    assert {key for key, _ in shop.targets["shelf"].sent} == {f"{id}:t" for id in ids}
    assert len(shop.targets["erp"].sent) <= tried + 4, "without a try of its own each"
    assert (shop.open(), shop.parked()) == (0, [])
    reasons = {reason for (reason,) in shop.ledger.db.read("SELECT reason FROM attempt WHERE kind=3")}
    assert any("by fallback to shelf: the breaker of erp has been open for 6" in reason for reason in reasons), reasons


def test_what_comes_later_has_its_own_time(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.put({"n": 1}, {"n": 2})
    shop.deliver()
    shop.for_seconds(40)
    shop.put({"n": 3})
    shop.for_seconds(35)
    assert sorted(body["n"] for body in shop.shelf) == [1, 2]
    shop.for_seconds(60)  # it was probed alone, and waits for its next try
    assert sorted(body["n"] for body in shop.shelf) == [1, 2, 3]


def test_a_target_without_a_fallback_waits_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    one = shop.route.targets[0]
    shop.route = replace(shop.route, targets=(replace(one, fallback=None),))
    shop.put(*({"n": n} for n in range(10)))
    shop.deliver()
    shop.for_seconds(600)
    assert shop.shelf == []
    assert not [state for _, _, state, _ in shop.parked() if state == "dead"]


def test_one_that_failed_before_the_breaker_opened_counts_from_there(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.connections["erp"] = Connection("erp", "fake", breaker=Breaker(2, 10))
    shop.put({"n": 1})
    shop.deliver()
    shop.connections["erp"] = Connection("erp", "fake", breaker=Breaker(1, 10))
    shop.for_seconds(60)
    assert [body["n"] for body in shop.shelf] == [1]


def test_the_order_of_a_key_holds(tmp_path: Path) -> None:
    shop = Shop(tmp_path, order_by=Expr(lambda body: body["k"]))
    shop.put(*({"k": f"k{n % 3}", "n": n} for n in range(24)))
    shop.deliver()
    shop.for_seconds(200)
    for key in ("k0", "k1", "k2"):
        numbers = [body["n"] for body in shop.shelf if body["k"] == key]
        assert numbers == sorted(numbers)
    assert sorted({body["n"] for body in shop.shelf}) == list(range(24))


def test_when_the_target_comes_back_the_rest_is_its_own_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.put(*({"n": n} for n in range(5)))
    shop.deliver()
    shop.for_seconds(30)
    shop.targets["erp"].answer = lambda parcel: Outcome()
    shop.for_seconds(60)
    assert shop.shelf == []
    assert {body["n"] for body in shop.targets["erp"].bodies} == set(range(5))


def test_a_fallback_that_is_down_keeps_what_was_given_up(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.targets["shelf"].answer = lambda parcel: GONE
    shop.put(*({"n": n} for n in range(5)))
    shop.deliver()
    shop.for_seconds(75)
    tried = len(shop.targets["erp"].sent)
    shop.targets["shelf"].answer = lambda parcel: Outcome()
    shop.for_seconds(90)
    assert {body["n"] for body in shop.shelf} == set(range(5))
    assert len(shop.targets["erp"].sent) <= tried + 10
    assert (shop.open(), shop.parked()) == (0, [])


def test_arrays_go_as_they_were(tmp_path: Path) -> None:
    shop = Shop(tmp_path, gather=Gather(4, 0.0))
    shop.put(*({"n": n} for n in range(10)))
    shop.deliver()
    first = shop.targets["erp"].sent[0]
    shop.for_seconds(90)
    assert sorted(n["n"] for body in shop.shelf for n in body) == list(range(10))
    assert first in shop.targets["shelf"].sent, "the array that was tried, under its id"
