"""Numbers for Prometheus: counted here, or read from the ledger when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from router.errors import LedgerError

Sample = Callable[[], Iterable[Metric]]

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class WebMetrics(Collector):
    """Requests by route and status, and how long accepting took. Counting costs a dictionary look-up; the event loop
    alone counts, a scrape only reads."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, int], int] = {}
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0
        self.version = 0
        """Of the project, by which requests are taken."""

    def count(self, route: str, status: int) -> None:
        """`route` is empty where the path is unknown."""
        self._requests[route, status] = self._requests.get((route, status), 0) + 1

    def requests(self, route: str, status: int) -> int:
        """How many requests of this route were answered so."""
        return self._requests.get((route, status), 0)

    def accepted(self, seconds: float) -> None:
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._sum += seconds

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "crossdock_http_requests", "Requests to http sources.", labels=["route", "status"]
        )
        for (route, status), n in list(self._requests.items()):
            requests.add_metric([route, str(status)], n)
        yield requests
        yield self._latency()
        about = "The version of the project by which this host takes requests."
        yield GaugeMetricFamily("crossdock_version_served", about, value=float(self.version))

    def _latency(self) -> Metric:
        latency = HistogramMetricFamily("crossdock_http_accept_seconds", "From the request to its commit.")
        total, points = 0, []
        for bound, n in zip([*map(str, BUCKETS), "+Inf"], list(self._buckets), strict=True):
            total += n
            points.append((bound, total))
        latency.add_metric([], points, self._sum)
        return latency


class LedgerMetrics(Collector):
    """What `sample` reads at the moment of the scrape; `crossdock_ledger_readable` is 0 where it could not."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not read the ledger."""
        return ()

    def collect(self) -> Iterator[Metric]:
        try:
            families = list(self._sample())
        except LedgerError:
            families = None
        yield GaugeMetricFamily(
            "crossdock_ledger_readable", "Whether the ledger answered this scrape.", value=float(families is not None)
        )
        yield from families or ()


def registry_of(web: WebMetrics, sample: Sample) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(web)
    registry.register(LedgerMetrics(sample))
    return registry
