"""What is counted here, and what is read from the ledger at a scrape."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily

from adapters.web.metrics import WebMetrics, registry_of
from router.errors import LedgerBusy


def sample() -> Iterable[Metric]:
    yield GaugeMetricFamily("crossdock_open", "Open deliveries.", value=7)


def broken() -> Iterable[Metric]:
    yield GaugeMetricFamily("crossdock_open", "Open deliveries.", value=7)
    raise LedgerBusy


def test_requests_are_counted_and_acceptance_is_timed() -> None:
    web = WebMetrics()
    for status in (202, 202, 401):
        web.count("web-orders", status)
    web.accepted(0.003)
    web.accepted(60.0)
    text = generate_latest(registry_of(web, sample)).decode()
    assert 'crossdock_http_requests_total{route="web-orders",status="202"} 2.0' in text
    assert 'crossdock_http_requests_total{route="web-orders",status="401"} 1.0' in text
    assert 'crossdock_http_accept_seconds_bucket{le="0.0025"} 0.0' in text
    assert 'crossdock_http_accept_seconds_bucket{le="0.005"} 1.0' in text
    assert 'crossdock_http_accept_seconds_bucket{le="+Inf"} 2.0' in text
    assert "crossdock_http_accept_seconds_sum 60.003" in text
    assert "crossdock_open 7.0" in text
    assert "crossdock_ledger_readable 1.0" in text


def test_the_version_that_is_served_is_told() -> None:
    web = WebMetrics()
    web.version = 7
    assert "crossdock_version_served 7.0" in generate_latest(registry_of(web, sample)).decode()


def test_a_scrape_is_answered_without_the_ledger() -> None:
    text = generate_latest(registry_of(WebMetrics(), broken)).decode()
    assert "crossdock_ledger_readable 0.0" in text
    assert "crossdock_open" not in text


def test_registering_does_not_read_the_ledger() -> None:
    def unread() -> Iterable[Metric]:
        raise AssertionError("read before a scrape")

    registry_of(WebMetrics(), unread)
