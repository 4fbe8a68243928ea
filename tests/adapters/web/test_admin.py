"""The operations side."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from structlog.testing import capture_logs

from adapters.web.admin import Admin
from adapters.web.metrics import WebMetrics, registry_of
from tests.adapters.web.outside import call

pytestmark = pytest.mark.asyncio


def sample() -> Iterable[Metric]:
    yield GaugeMetricFamily("crossdock_open", "Open deliveries.", value=7)


def admin(ledger: bool = True) -> Admin:
    ready = {"ledger": ledger, "config": True, "intake": True}
    return Admin(lambda: ready, registry_of(WebMetrics(), sample))


async def test_alive() -> None:
    answered = await call(admin(), "GET", "/healthz", token=None)
    assert (answered.status, answered.body) == (200, b"alive")


@pytest.mark.parametrize(("ledger", "status"), [(True, 200), (False, 503)])
async def test_ready_names_what_is_missing(ledger: bool, status: int) -> None:
    answered = await call(admin(ledger), "GET", "/readyz", token=None)
    assert (answered.status, answered.json) == (status, {"ledger": ledger, "config": True, "intake": True})


async def test_metrics_are_a_text_for_prometheus() -> None:
    answered = await call(admin(), "GET", "/metrics", token=None)
    assert answered.status == 200
    assert answered.headers["content-type"].startswith("text/plain; version=")
    assert b"crossdock_open 7.0" in answered.body


async def test_an_error_of_ours_is_a_problem_whose_id_the_log_knows() -> None:
    def broken() -> dict[str, bool]:
        raise RuntimeError("the ledger's file is a teapot")

    with capture_logs() as logged:
        answered = await call(Admin(broken, registry_of(WebMetrics(), sample)), "GET", "/readyz", token=None)
    assert answered.status == 500
    assert "teapot" not in answered.body.decode()
    assert [(one["error_id"], one["exc_info"]) for one in logged] == [(answered.json["error_id"], True)]


async def test_other_paths_and_methods() -> None:
    assert (await call(admin(), "GET", "/", token=None)).status == 404
    posted = await call(admin(), "POST", "/healthz", token=None)
    assert (posted.status, posted.headers["allow"]) == (405, "GET")
