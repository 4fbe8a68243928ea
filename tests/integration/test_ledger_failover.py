"""The primary dies under load and its synchronous standby takes over: what was acknowledged is all there, and nothing half."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.shop import Shop, arrived, in_order, until
from tests.faults.sink import Sink
from tests.integration.conftest import kept
from tests.integration.servers.postgresql import PostgreSQL
from tests.integration.servers.standby import Standby

IN_FLIGHT = 64


@pytest.fixture
def standby(tmp_path: Path) -> Iterator[Standby]:
    """With a primary of its own, in step with it."""
    for place in ("primary", "standby"):
        (tmp_path / place).mkdir()
    for primary in kept(PostgreSQL, tmp_path / "primary"):
        found = Standby(tmp_path / "standby", primary)
        try:
            found.start()
            found.in_step()
            yield found
        finally:
            found.close()


async def failing_over(folder: Path, standby: Standby) -> str:
    async with Sink() as sink, Shop(folder, sink.port, common=("--ledger", standby.addresses)) as shop:
        stop, names = asyncio.Event(), ("orders", "pairs")
        loads = [asyncio.create_task(shop.load(name, stop, 0.005)) for name in names]
        shop.drop("day-0.csv", 5000)
        await until(lambda: all(len(shop.accepted[name]) > 100 for name in names), 30)
        before = {name: len(shop.accepted[name]) for name in names}
        await asyncio.to_thread(standby.primary.kill)
        await until(lambda: "tick_failed" in shop.log, 30)
        await asyncio.to_thread(standby.promote)
        await until(lambda: all(len(shop.accepted[name]) > before[name] + 100 for name in names), 60)
        stop.set()
        await asyncio.gather(*loads)
        await shop.settle(60)
        doubles = sum(arrived(shop.accepted[name], sink.seen[name]) for name in names)
        in_order(sink.seen["orders"])
        made = (shop.folder / "out" / "day-0.ndjson").read_text().splitlines()
        assert len(made) == 5000
        assert doubles <= IN_FLIGHT, f"{doubles} doubles: more than was in flight"
        assert await shop.stop() == 0
    return f"{before} accepted before, {len(shop.accepted['orders'])} orders in all, {doubles} doubles"


def test_a_synchronous_standby_has_all_that_was_acknowledged(tmp_path: Path, standby: Standby) -> None:
    print(asyncio.run(failing_over(tmp_path / "shop", standby)))
