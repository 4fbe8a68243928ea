from __future__ import annotations

import pytest

from router.limits import (
    Backlog,
    Level,
    Limits,
    Measured,
    closes_route,
    closing,
    in_words,
    levels,
    reason,
    too_little,
)

GIB = 1 << 30


def found(held: int, units: int | None = None) -> Measured:
    return Measured((Backlog("orders.erp", held, held if units is None else units),))


@pytest.mark.parametrize(("value", "closed", "closes"), [
    (99, False, False), (100, False, True), (101, True, True), (90, True, True), (89, True, False), (95, False, False),
])  # fmt: skip
def test_a_limit_closes_at_once_and_opens_with_a_tenth_of_room(value: int, closed: bool, closes: bool) -> None:
    assert Level("open", value, 100).closes(closed) is closes


def test_a_limit_of_one_opens_when_nothing_is_left() -> None:
    assert [Level("open", n, 1).closes(True) for n in (0, 1)] == [False, True]


def test_records_count_at_their_target_and_their_chunks_in_all() -> None:
    limits = Limits(open=100)
    [in_all, at_target] = levels(limits, {"orders.erp": 5_000}, found(held=3, units=9_000))
    assert (in_all.what, in_all.value) == ("open", 3)
    assert (at_target.what, at_target.value, at_target.limit) == ("orders.erp", 9_000, 5_000)
    assert closing([in_all, at_target], {}) == {"orders.erp": 9_000}


def test_all_targets_and_routes_count_together() -> None:
    backlog = (Backlog("orders", 4, 4), Backlog("orders.erp", 3, 3), Backlog("sales.lake", 3, 3))
    assert levels(Limits(open=10), {}, Measured(backlog))[0].closes(False)


def test_what_has_no_limit_or_was_not_measured_closes_nothing() -> None:
    plain = levels(Limits(), {}, Measured((), blobs=10**15, delay=None))
    assert [level.what for level in plain] == ["open"]
    strict = levels(Limits(blobs=GIB, delay=2), {}, Measured((), blobs=GIB, delay=2.0))
    assert closing(strict, {}) == {"blobs": GIB, "delay": 2000}
    assert closing(levels(Limits(blobs=GIB), {}, Measured(())), {"blobs": GIB}) == {}


def test_a_target_that_has_nothing_open_is_under_its_limit() -> None:
    assert closing(levels(Limits(), {"a.b": 1}, Measured(())), {"a.b": 1}) == {}


def test_the_floor_follows_the_size_of_the_disk_unless_it_is_said() -> None:
    assert Limits().floor(100 * GIB) == GIB
    assert Limits().floor(GIB) == GIB // 20
    assert Limits(disk=7).floor(GIB) == 7


def test_a_disk_opens_with_a_tenth_more_than_its_floor() -> None:
    assert [too_little(free, 90, False) for free in (89, 90)] == [True, False]
    assert [too_little(free, 90, True) for free in (99, 100)] == [True, False]


def test_a_target_closes_its_own_route_and_the_rest_all() -> None:
    assert closes_route("orders.erp", "orders")
    assert not closes_route("orders.erp", "order")
    assert all(closes_route(what, "any") for what in ("open", "blobs", "delay", "disk"))


def test_each_reason_is_a_sentence_with_its_figures() -> None:
    limits = Limits(open=100, blobs=20 * GIB, delay=5)
    assert reason("open", 120, limits, {}) == "120 deliveries are open, at most 100 may be"
    assert reason("blobs", 21 * GIB, limits, {}) == "large bodies take 21 GiB, at most 20 GiB is allowed"
    assert reason("delay", 7250, limits, {}) == "a write into the ledger takes 7.2 s, at most 5 s are allowed"
    assert reason("orders.erp", 9, limits, {"orders.erp": 8}) == "9 deliveries to orders.erp are open, at most 8 may be"


def test_sizes_in_words() -> None:
    assert [in_words(n) for n in (0, 1023, 1536, 3 << 20, 5 * GIB)] == ["0 bytes", "1023 bytes", "1.5 KiB", "3 MiB", "5 GiB"]
