from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.intake.gate import Gate, always_open
from router.errors import LedgerBusy
from router.limits import Limits
from router.route import Table


@dataclass
class House:
    """What a gate looks at, and a clock."""

    closed: dict[str, int] = field(default_factory=dict)
    disk: str = ""
    now: float = 1.0
    reads: int = 0
    broken: bool = False

    def read(self) -> Mapping[str, int]:
        self.reads += 1
        if self.broken:
            raise LedgerBusy
        return self.closed

    def gate(self) -> Gate:
        table = Table(1, {}, {}, {}, limits=Limits(open=5))
        return Gate(lambda: table, self.read, lambda: self.disk, clock=lambda: self.now)


def test_it_is_open_where_nothing_closes_it() -> None:
    house = House()
    gate = house.gate()
    assert (gate("orders"), gate.inside("orders"), gate.is_open(), gate.reasons()) == ("", "", True, {})
    assert house.reads == 1
    assert always_open("orders") == ""


def test_a_limit_in_all_closes_every_route() -> None:
    gate = House({"open": 7}).gate()
    assert gate("orders") == gate("sales") == "7 deliveries are open, at most 5 may be"
    assert not gate.is_open()


def test_what_comes_from_another_route_is_open_already() -> None:
    """Else all that is open could wait for itself to become less."""
    assert House({"open": 7}).gate().inside("orders") == ""
    assert House({"delay": 7000}).gate().inside("orders").startswith("a write into the ledger takes 7.0 s")


def test_a_target_closes_its_route_alone() -> None:
    gate = House({"orders.erp": 7}).gate()
    assert gate("orders") == gate.inside("orders") == "7 deliveries to orders.erp are open, at most 0 may be"
    assert gate("sales") == ""
    assert gate.is_open(), "others may call"


def test_the_disk_closes_also_while_the_ledger_cannot_be_read() -> None:
    house = House({"orders.erp": 7})
    gate = house.gate()
    assert gate("sales") == ""
    house.broken, house.disk, house.now = True, "no room", 3.0
    assert gate("sales") == "no room"
    assert "orders.erp" in gate.reasons(), "the last answer holds"
    house.broken, house.disk, house.closed, house.now = False, "", {}, 3.5
    assert gate("sales") == "no room", "it looks once a second"
    house.now = 4.1
    assert gate.reasons() == {}
