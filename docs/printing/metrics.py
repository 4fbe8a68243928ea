"""The page of all metrics, from what a scrape gives of a ledger that has some of everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily

from adapters.metrics import ENDS, WHAT, families
from adapters.web.metrics import WebMetrics, registry_of
from docs.printing.markdown import Page, page, table, words
from router.ledger import Worklist


class Full:
    """A ledger of which every figure is there."""

    def gauges(self) -> list[tuple[str, str, float]]:
        return [(what, "route.target", 1.0) for what in ("accepted", "delivered", "counter", *ENDS, *WHAT)]


def scraped() -> list[Metric]:
    web = WebMetrics()
    web.count("route", 202)
    return list(registry_of(web, lambda: families(cast(Worklist, Full()), waiting=["route"])).collect())


def metrics() -> Iterator[Page]:
    yield page(
        "reference/metrics.md", "Metrics",
        "`/metrics` of the address that `--admin` names gives these, as Prometheus reads them. What is of a route or a target "
        "has no sample while there is nothing to say of it.",
        table(("metric", "kind", "labels", "what it is"), (row(one) for one in sorted(scraped(), key=lambda one: one.name))),
    )  # fmt: skip


def row(metric: Metric) -> list[str]:
    """A counter's samples end in `_total`, and that is the name to ask for."""
    name = metric.name + ("_total" if isinstance(metric, CounterMetricFamily) else "")
    labels = sorted({label for sample in metric.samples for label in sample.labels if label != "le"})
    return [words(name), metric.type, ", ".join(words(label) for label in labels), metric.documentation]
