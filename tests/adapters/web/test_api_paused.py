"""A paused route answers 503 and says so; the others go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.web.api import Api
from adapters.web.metrics import WebMetrics
from tests.adapters.web.outside import Intake, JsonCodec, Receiver, Results, call, route_of, table_of

pytestmark = pytest.mark.asyncio


@dataclass
class Pausing:
    """An Api of two routes, of which some are paused."""

    folder: Path
    paused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.receiver = Receiver()
        table = table_of(route_of("orders", "/orders", JsonCodec()), route_of("prices", "/prices", JsonCodec()))
        self.api = Api(
            table, self.receiver, Intake(self.folder), Results(), WebMetrics(), paused=lambda route: route in self.paused
        )


async def test_a_paused_route_is_answered_503_until_it_is_resumed(tmp_path: Path) -> None:
    web = Pausing(tmp_path, {"orders"})
    answered = await call(web.api, "POST", "/orders", b"{}")
    assert answered.status == 503
    assert int(answered.headers["retry-after"]) > 0
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json["detail"] == "Route orders is paused. Try again later."
    assert web.receiver.stored == []
    assert (await call(web.api, "POST", "/prices", b"{}")).status == 202
    web.paused.clear()
    assert (await call(web.api, "POST", "/orders", b"{}")).status == 202
    await web.api.close()


async def test_a_stranger_is_not_told_that_a_route_is_paused(tmp_path: Path) -> None:
    web = Pausing(tmp_path, {"orders"})
    assert (await call(web.api, "POST", "/orders", b"{}", token="wrong")).status == 401
    assert (await call(web.api, "POST", "/orders", b"{}", token=None)).status == 401
    await web.api.close()
