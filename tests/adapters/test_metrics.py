from __future__ import annotations

from pathlib import Path

from prometheus_client.core import CollectorRegistry
from prometheus_client.registry import Collector

from adapters.metrics import families
from router.ports import Outcome
from tests.router.workshop import FakeTarget, Workshop, target


class Read(Collector):
    def __init__(self, shop: Workshop) -> None:
        self.shop = shop

    def collect(self):  # type: ignore[no-untyped-def]
        return families(self.shop.ledger)


def test_figures_by_route_and_target(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.targets["erp"] = FakeTarget(script=[Outcome("400", "HTTP 400", 400)])
    shop.put({"n": 1}, {"n": 2})
    registry = CollectorRegistry()
    registry.register(Read(shop))
    labels = {"route": "r", "target": "t"}
    assert registry.get_sample_value("crossdock_deliveries_open", labels) == 2
    assert registry.get_sample_value("crossdock_messages_accepted_total", {"route": "r"}) == 2
    shop.deliver()
    assert registry.get_sample_value("crossdock_deliveries_delivered_total", labels) == 1
    assert registry.get_sample_value("crossdock_deliveries_dead", labels) == 1
    assert registry.get_sample_value("crossdock_deliveries_open", labels) is None
    assert registry.get_sample_value("crossdock_circuit_open", {"connection": "erp"}) == 0


def test_a_delivery_counts_at_whichever_try_it_arrived(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.targets["erp"] = FakeTarget(script=[Outcome("503", "HTTP 503", 503)])
    shop.put({"n": 1}, {"n": 2})
    shop.deliver()
    shop.later(3600)
    shop.deliver()
    registry = CollectorRegistry()
    registry.register(Read(shop))
    assert registry.get_sample_value("crossdock_deliveries_delivered_total", {"route": "r", "target": "t"}) == 2


def test_a_source_that_waits_has_a_sample(tmp_path: Path) -> None:
    metric = next(m for m in families(Workshop(tmp_path).ledger, (), ["stock"]) if m.name == "crossdock_source_waiting")
    assert [(sample.labels["route"], sample.value) for sample in metric.samples] == [("stock", 1)]


def test_what_closes_intake_is_one_and_what_could_is_zero(tmp_path: Path) -> None:
    metric = next(m for m in families(Workshop(tmp_path).ledger, ["disk", "orders.erp"]) if m.name == "crossdock_intake_closed")
    found = {sample.labels["reason"]: sample.value for sample in metric.samples}
    assert found == {"open": 0, "blobs": 0, "delay": 0, "disk": 1, "orders.erp": 1}
