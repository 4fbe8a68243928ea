"""The ledger's figures as Prometheus metrics, by route and target."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from router.ledger import Worklist
from router.limits import BLOBS, DELAY, DISK, OPEN

WHAT = {
    "open": ("crossdock_deliveries_open", "Deliveries (or processing) that wait or are on their way."),
    "oldest": ("crossdock_oldest_open_seconds", "Age of the oldest open work."),
    "parked.retry": ("crossdock_deliveries_retry", "Deliveries that wait for their next try."),
    "parked.blocked": ("crossdock_deliveries_blocked", "Deliveries that wait behind their key."),
    "parked.dead": ("crossdock_deliveries_dead", "Dead letters."),
    "circuit": ("crossdock_circuit_open", "Whether a connection's breaker is open."),
}
ENDS = {"fate.filtered": "filtered", "fate.duplicate": "duplicate", "fate.refused": "refused"}


def families(ledger: Worklist, closed: Collection[str] = (), waiting: Collection[str] = ()) -> Iterable[Metric]:
    """Read at the scrape. A target that has nothing open has no sample. `closed`: by what intake is closed.
    `waiting`: routes whose source can take nothing in."""
    accepted = CounterMetricFamily("crossdock_messages_accepted", "Messages stored.", labels=["route"])
    ended = CounterMetricFamily(
        "crossdock_units_ended",
        "Messages and records that ended without a delivery.",
        labels=["route", "target", "end"],
    )
    counters = CounterMetricFamily("crossdock_ledger_events", "What the ledger counted.", labels=["event"])
    delivered = CounterMetricFamily(
        "crossdock_deliveries_delivered", "Deliveries (and records of collected files) that arrived, at whichever try.",
        labels=["route", "target"],
    )  # fmt: skip
    gauges: dict[str, Metric] = {}
    for what, of, value in ledger.gauges():
        route, _, target = of.partition(".")
        if what == "accepted":
            accepted.add_metric([of], value)
        elif what == "delivered":
            delivered.add_metric([route, target], value)
        elif what == "counter":
            counters.add_metric([of], value)
        elif what in ENDS:
            ended.add_metric([route, target, ENDS[what]], value)
        elif what in WHAT:
            name, about = WHAT[what]
            labels = ["connection"] if what == "circuit" else ["route", "target"]
            family = gauges.setdefault(what, GaugeMetricFamily(name, about, labels=labels))
            family.add_metric([of] if what == "circuit" else [route, target], value)  # type: ignore[attr-defined]
    return [accepted, delivered, ended, counters, intake(closed), sources(waiting), *gauges.values()]


def sources(waiting: Collection[str]) -> Metric:
    """Of this host. A source that is well has no sample."""
    family = GaugeMetricFamily("crossdock_source_waiting", "A route's source that can take nothing in.", labels=["route"])
    for route in waiting:
        family.add_metric([route], 1)
    return family


def intake(closed: Collection[str]) -> Metric:
    """The words always have a sample; a target has one while it is over its limit."""
    family = GaugeMetricFamily("crossdock_intake_closed", "Whether this limit closes intake.", labels=["reason"])
    for what in sorted({OPEN, BLOBS, DELAY, DISK, *closed}):
        family.add_metric([what], float(what in closed))
    return family
