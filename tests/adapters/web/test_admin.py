"""The operations side."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from adapters.web.admin import Admin
from adapters.web.metrics import WebMetrics, registry_of
from router.errors import LedgerBusy
from tests.adapters.web.outside import call

pytestmark = pytest.mark.asyncio


def sample() -> Iterable[Metric]:
    yield GaugeMetricFamily("crossdock_open", "Open deliveries.", value=7)


def broken() -> Iterable[Metric]:
    raise LedgerBusy


def admin(ledger: bool = True, web: WebMetrics | None = None) -> Admin:
    ready = {"ledger": ledger, "config": True, "intake": True}
    return Admin(lambda: ready, registry_of(web or WebMetrics(), sample))


async def test_alive() -> None:
    answered = await call(admin(), "GET", "/healthz", token=None)
    assert (answered.status, answered.body) == (200, b"alive")


@pytest.mark.parametrize(("ledger", "status"), [(True, 200), (False, 503)])
async def test_ready_names_what_is_missing(ledger: bool, status: int) -> None:
    answered = await call(admin(ledger), "GET", "/readyz", token=None)
    assert (answered.status, answered.json) == (status, {"ledger": ledger, "config": True, "intake": True})


async def test_metrics_are_counted_here_or_read_when_asked() -> None:
    web = WebMetrics()
    web.count("web-orders", 202)
    web.accepted(0.003)
    text = (await call(admin(web=web), "GET", "/metrics", token=None)).body.decode()
    assert 'crossdock_http_requests_total{route="web-orders",status="202"} 1.0' in text
    assert 'crossdock_http_accept_seconds_bucket{le="0.0025"} 0.0' in text
    assert 'crossdock_http_accept_seconds_bucket{le="0.005"} 1.0' in text
    assert "crossdock_http_accept_seconds_count 1.0" in text
    assert "crossdock_open 7.0" in text
    assert "crossdock_ledger_readable 1.0" in text


async def test_metrics_answer_without_the_ledger() -> None:
    app = Admin(dict, registry_of(WebMetrics(), broken))
    answered = await call(app, "GET", "/metrics", token=None)
    assert answered.status == 200
    assert b"crossdock_ledger_readable 0.0" in answered.body


async def test_other_paths_and_methods() -> None:
    assert (await call(admin(), "GET", "/", token=None)).status == 404
    posted = await call(admin(), "POST", "/healthz", token=None)
    assert (posted.status, posted.headers["allow"]) == (405, "GET")
