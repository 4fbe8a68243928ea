"""A target that answers 503 for some seconds: its breaker opens, deliveries wait, one probe at a time asks whether it is
back, and then everything arrives in order. Nothing is dead, and the target had few requests while it was down."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Arrival, Sink

COOL_DOWN = 1.0
OPEN_AFTER = 5
IN_FLIGHT = 8
DOWN = 5
"""Probes that fail before the target is back."""
ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s, in_flight: 8, breaker: {{open_after: 5, cool_down: 1s}}}}
defaults: {{retry: {{first: 500ms, factor: 2, max: 2s}}}}
routes:
  orders:
    from: {{http: /orders, clients: anyone}}
    order_by: body.key
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
"""


class Patient:
    """Well, ill, and well again."""

    def __init__(self) -> None:
        self.ill = False
        self.busy = 0
        self.most = 0
        """Requests at once, since it was last set to 0."""

    async def answer(self, kind: str, body: Any) -> int:
        self.busy += 1
        self.most = max(self.most, self.busy)
        status = 503 if self.ill else 200
        await asyncio.sleep(0.02)  # as long as an answer takes: two at once are seen
        self.busy -= 1
        return status


async def outage(folder: Path) -> str:
    patient = Patient()
    async with Sink(patient.answer) as sink:
        shop = Shop(folder, sink.port, ROUTES)
        await shop.start()
        stop = asyncio.Event()
        load = asyncio.create_task(shop.load("orders", stop, 0.01))
        seen, refused = sink.seen["orders"], sink.refused["orders"]
        await until(lambda: len(seen) > 50, 20)
        patient.ill = True
        await opened(shop)
        first, patient.most = len(refused), 0
        taken = len(seen)
        await until(lambda: len(refused) >= first + DOWN, 20)
        waiting = len(shop.accepted["orders"]) - len(seen)
        assert (len(seen), patient.most) == (taken, 1), f"{patient.most} requests at once while it was open"
        patient.ill = False
        await until(lambda: len(seen) > taken + 1, 10)
        stop.set()
        await load
        await shop.settle()
        states = (await shop.figures("targets", "list"))[0]
        doubles = arrived(shop.accepted["orders"], seen)
        assert await shop.stop() == 0
    in_order(seen)
    assert (states["circuit"], states["dead"], states["open"], states["retry"]) == ("closed", 0, 0, 0), states
    figures = judged(refused, first, seen[taken], seen[taken + 1])
    return f"orders {len(shop.accepted['orders'])}, doubles {doubles}, dead 0, {waiting} waited; {figures}"


async def opened(shop: Shop) -> None:
    async with asyncio.timeout(15):
        while (await shop.figures("targets", "list"))[0]["circuit"] != "open":
            continue


def judged(refused: list[Arrival], first: int, probe: Arrival, following: Arrival) -> str:
    """The figures of an outage whose breaker was seen open after `first` refusals."""
    before = sum(1 for r in refused if r.at < refused[0].at + COOL_DOWN / 2)
    assert OPEN_AFTER <= before <= OPEN_AFTER + 2 * IN_FLIGHT, f"{before} failed before it was open"
    probes = [*refused[before:], probe]
    gaps = [b.at - a.at for a, b in pairwise(probes)]
    assert min(gaps) > COOL_DOWN * 0.9, f"probes {min(gaps):.2f} s apart"
    assert following.at >= probe.at + 0.02, "the second came before the probe had its answer"
    seconds = probe.at - refused[0].at
    assert len(refused) <= before + seconds / COOL_DOWN + 1
    return f"{before} failed, then {len(refused) - before} probes in {seconds:.1f} s, {min(gaps):.2f} s apart or more"


def test_a_breaker_spares_a_target_that_is_down(tmp_path: Path) -> None:
    print(asyncio.run(outage(tmp_path / "shop")))
