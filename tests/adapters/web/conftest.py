"""The web side on fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest_asyncio

from adapters.web.api import Api
from adapters.web.metrics import WebMetrics
from adapters.web.server import new_event_loop
from tests.adapters.web.outside import Intake, JsonCodec, Receiver, Results, Web, route_of, table_of


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in earnest."""
    return {"uvloop": new_event_loop}


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """Routes for orders (JSON), files (any format, for anyone, at most 200,000 bytes) and answers (`reply: result`)."""
    table = table_of(
        route_of("web-orders", "/orders/v1", JsonCodec()),
        route_of("stores", "/stores/{store}/sales", clients=["web-shop", "slow"]),
        route_of("files", "/files", clients="anyone", max_body=200_000),
        route_of("ask", "/ask", JsonCodec(), reply="result", timeout=5.0, late="deliver"),
        route_of("off", "/off", enabled=False),
    )
    receiver, intake, results, metrics = Receiver(), Intake(tmp_path), Results(), WebMetrics()
    api = Api(table, receiver, intake, results, metrics)
    yield Web(api, receiver, intake, results, metrics)
    await api.close()
