from __future__ import annotations

from dataclasses import dataclass, field

from structlog.testing import capture_logs

from adapters.pausing import PausedRoutes, none_is_paused
from router.errors import LedgerBusy


@dataclass
class Asked:
    """A ledger that counts how often it is read, and a clock that is moved by hand."""

    names: dict[str, str] = field(default_factory=dict)
    reads: int = 0
    now: float = 100.0
    broken: bool = False

    def read(self) -> dict[str, str]:
        self.reads += 1
        if self.broken:
            raise LedgerBusy
        return self.names


def test_the_ledger_is_read_once_a_second_however_often_it_is_asked() -> None:
    asked = Asked({"orders": "stocktaking"})
    paused = PausedRoutes(asked.read, clock=lambda: asked.now)
    assert [paused("orders"), paused("sales"), paused("orders")] == [True, False, True]
    assert asked.reads == 1
    asked.names = {}
    asked.now += 0.9
    assert paused("orders")
    asked.now += 0.2
    assert not paused("orders")
    assert asked.reads == 2


def test_each_change_is_said_once() -> None:
    asked = Asked({"orders": ""})
    paused = PausedRoutes(asked.read, clock=lambda: asked.now)
    with capture_logs() as logs:
        for _ in range(3):
            paused("orders")
            asked.now += 2
        asked.names = {}
        paused("orders")
    assert [(line["action"], line["route"]) for line in logs] == [("route_paused", "orders"), ("route_resumed", "orders")]


def test_the_last_answer_holds_while_the_ledger_cannot_be_read() -> None:
    asked = Asked({"orders": ""})
    paused = PausedRoutes(asked.read, clock=lambda: asked.now)
    assert paused("orders")
    asked.broken, asked.now = True, asked.now + 2
    with capture_logs() as logs:
        for _ in range(3):
            assert paused("orders")
            asked.now += 2
        asked.broken = False
        assert paused("orders")
        asked.broken, asked.now = True, asked.now + 2
        assert paused("orders")
    assert [line["action"] for line in logs] == ["pauses_unknown", "pauses_unknown"], "once per outage"


def test_without_a_ledger_no_route_is_paused() -> None:
    assert not none_is_paused("orders")
