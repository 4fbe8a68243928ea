"""What the ticker rings for: targets that are in the table and whose connection's breaker lets something through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from router.ledger import Pulse, Settlement
from router.readiness import Readiness
from tests.router.workshop import Workshop, target


def opened(shop: Workshop) -> None:
    """Lets the breaker of `erp` open."""
    shop.put({"n": 1})
    ((name, lane, _),) = shop.ledger.due()
    claim = shop.ledger.claim(name, lane, "me/1/1", 30)
    assert claim is not None
    shop.ledger.settle(claim, Settlement(pulse=Pulse("erp", 3, open_after=3, cool_down=30)))


def test_routes_and_targets_of_the_table_are_ready(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    ready = Readiness(lambda: shop.table, shop.ledger)
    assert [ready(name) for name in ("r", "r.t", "gone", "r.gone", "gone.t")] == [True, True, False, False, False]


def test_a_target_without_its_connection_is_not_ready(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    assert not Readiness(lambda: replace(shop.table, connections={}), shop.ledger)("r.t")


def test_an_open_breaker_defers_its_targets_until_a_probe_may_go(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    ready = Readiness(lambda: shop.table, shop.ledger)
    opened(shop)
    ready.look()
    assert (ready("r"), ready("r.t")) == (True, False)
    shop.later(31)
    assert ready("r.t")


def test_breakers_are_read_when_it_looks(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    ready = Readiness(lambda: shop.table, shop.ledger)
    ready.look()
    opened(shop)
    assert ready("r.t")
    ready.look()
    assert not ready("r.t")
