from __future__ import annotations

from dataclasses import dataclass, field, replace

from structlog.testing import capture_logs

from adapters.intake.watch import IntakeWatch
from router.errors import LedgerBusy
from router.limits import Backlog, Limits
from router.route import Route, Send, Source, Table, Target


@dataclass
class Ledger:
    """A ledger that counts how often it is asked; a write into it takes `slow` seconds."""

    now: float = 100.0
    open: int = 0
    blobs: int = 0
    slow: float = 0.0
    counting: float = 0.0
    counts: int = 0
    writes: int = 0
    broken: bool = False
    closed: dict[str, int] = field(default_factory=dict)

    def backlog(self) -> list[Backlog]:
        self.counts += 1
        self.now += self.counting
        return [Backlog("orders.erp", self.open, self.open)]

    def blob_bytes(self) -> int:
        return self.blobs

    def closures(self) -> dict[str, int]:
        if self.broken:
            raise LedgerBusy
        return self.closed

    def close_intake(self, by: dict[str, int]) -> None:
        self.writes += 1
        self.closed = dict(by)

    def delay(self) -> float:
        return self.slow


def table(limits: Limits, limit: int | None = None) -> Table:
    erp = Target("erp", "orders", Send("http", "erp", {}, lambda message: None), limit=limit)
    return Table(1, {"orders": Route("orders", Source("http", {"http": "/orders"}), (erp,))}, {}, {}, limits=limits)


def looks(watch: IntakeWatch, ledger: Ledger, *levels: int) -> list[dict[str, int]]:
    seen = []
    for ledger.open in levels:
        watch()
        ledger.now += 1
        seen.append(ledger.closed)
    return seen


def test_it_closes_at_the_limit_and_opens_with_room_and_says_each_once() -> None:
    ledger = Ledger()
    watch = IntakeWatch(ledger, lambda: table(Limits(open=100)), lambda: ledger.now)
    with capture_logs() as logs:
        assert looks(watch, ledger, 99, 100, 95, 95, 89) == [{}, {"open": 100}, {"open": 95}, {"open": 95}, {}]
    assert [(line["action"], line["log_level"], line["limit"]) for line in logs] == [
        ("intake_closed", "warning", "open"), ("intake_opened", "info", "open"),
    ]  # fmt: skip
    assert logs[0]["event"] == "intake is closed, nothing is taken in: 100 deliveries are open, at most 100 may be"
    assert ledger.writes == 3, "a look that finds the same writes nothing"


def test_the_limit_of_a_target_is_one_of_its_route() -> None:
    ledger = Ledger()
    watch = IntakeWatch(ledger, lambda: table(Limits(), 5), lambda: ledger.now)
    with capture_logs() as logs:
        assert looks(watch, ledger, 5, 1) == [{"orders.erp": 5}, {}]
    assert [line["event"] for line in logs] == [
        "route orders is closed, nothing is taken in: 5 deliveries to orders.erp are open, at most 5 may be",
        "route orders is open again",
    ]


def test_a_limit_that_is_gone_from_the_project_closes_nothing_any_more() -> None:
    ledger = Ledger(closed={"gone.erp": 9, "blobs": 7})
    watch = IntakeWatch(ledger, lambda: table(Limits()), lambda: ledger.now)
    assert looks(watch, ledger, 0) == [{}]


def test_a_slow_ledger_closes_until_it_is_quick_again() -> None:
    ledger = Ledger(slow=2.0)
    watch = IntakeWatch(ledger, lambda: table(Limits(delay=2.0)), lambda: ledger.now)
    assert looks(watch, ledger, 0) == [{"delay": 2000}]
    ledger.slow = 1.9
    assert looks(watch, ledger, 0) == [{"delay": 1900}]
    ledger.slow = 0.1
    assert looks(watch, ledger, 0) == [{}]


def test_blobs_are_measured_where_they_have_a_limit() -> None:
    ledger = Ledger(blobs=50)
    limits = Limits()
    watch = IntakeWatch(ledger, lambda: table(limits), lambda: ledger.now)
    assert looks(watch, ledger, 0) == [{}]
    limits = replace(limits, blobs=50)
    assert looks(watch, ledger, 0) == [{"blobs": 50}]


def test_a_count_that_takes_long_is_made_less_often() -> None:
    ledger = Ledger(counting=0.5)
    watch = IntakeWatch(ledger, lambda: table(Limits()), lambda: ledger.now)
    looks(watch, ledger, *range(10))
    assert ledger.counts == 1
    looks(watch, ledger, 1)
    assert ledger.counts == 2


def test_a_count_that_stood_still_with_its_ledger_is_made_again_within_a_minute() -> None:
    ledger = Ledger(counting=30.0)
    watch = IntakeWatch(ledger, lambda: table(Limits()), lambda: ledger.now)
    looks(watch, ledger, *[0] * 60)
    assert ledger.counts == 1
    looks(watch, ledger, 0)
    assert ledger.counts == 2


def test_where_the_ledger_cannot_be_read_what_was_found_holds() -> None:
    ledger = Ledger(closed={"open": 9}, broken=True)
    watch = IntakeWatch(ledger, lambda: table(Limits()), lambda: ledger.now)
    assert looks(watch, ledger, 0) == [{"open": 9}]
