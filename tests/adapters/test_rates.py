"""Rates counted by a Valkey that is there, frozen, killed and back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.limits import FileRates
from adapters.rates import PATIENCE, SharedRates
from tests.adapters.valkey import Valkey


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server

BUSY = 0.7
"""What a machine that is busy with other tests may fall short of a rate; it must never exceed it."""


class Log:
    def __init__(self) -> None:
        self.actions: list[str] = []

    def warning(self, _: str, action: str, **__: Any) -> None:
        self.actions.append(action)

    info = warning


class Fleet:
    """Two hosts of two children each; every child has four lanes that send as fast as they may."""

    def __init__(self, valkey: Valkey, folder: Path, connection: str) -> None:
        self.log = Log()
        self.children = [
            SharedRates(valkey.url, FileRates(folder / host), host, lambda: 2, self.log) for host in ("a", "a", "b", "b")
        ]
        self.connection = connection
        self.sent: list[float] = []
        self.longest = 0.0

    async def lane(self, rates: SharedRates, rate: float, count: int) -> None:
        while True:
            asked = time.monotonic()
            wait = await rates.take(self.connection, rate, count)
            self.longest = max(self.longest, time.monotonic() - asked)
            await asyncio.sleep(wait)
            self.sent.extend([time.monotonic()] * count)

    @asynccontextmanager
    async def sending(self, rate: float, count: int = 1) -> Any:
        tasks = [asyncio.create_task(self.lane(c, rate, count)) for c in self.children for _ in range(4)]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for child in self.children:
                await child.close()

    async def figure(self, seconds: float) -> float:
        """Sends a second, from now on."""
        start = time.monotonic()
        await asyncio.sleep(seconds)
        return sum(1 for at in self.sent if at > start) / (time.monotonic() - start)


@pytest.mark.parametrize(("rate", "count"), [(100, 1), (3000, 1), (400, 20)])
async def test_a_rate_is_that_of_all_hosts(valkey: Valkey, tmp_path: Path, rate: float, count: int) -> None:
    fleet = Fleet(valkey, tmp_path, f"erp-{rate}")
    async with fleet.sending(rate, count):
        await asyncio.sleep(0.2)
        assert rate * BUSY < await fleet.figure(1.2) < rate * 1.2
    assert fleet.children[0].hosts() == 2


async def test_without_an_answer_each_host_takes_its_share(valkey: Valkey, tmp_path: Path) -> None:
    fleet = Fleet(valkey, tmp_path, "frozen")
    async with fleet.sending(100):
        await asyncio.sleep(0.2)
        valkey.freeze()
        try:
            await asyncio.sleep(0.3)
            assert 100 * BUSY < await fleet.figure(1.5) < 100 * 1.2
            assert fleet.longest < PATIENCE * 20, "a send hung on the server"
        finally:
            valkey.thaw()
        await asyncio.sleep(1.2)
        assert 100 * BUSY < await fleet.figure(1.2) < 100 * 1.2
    assert fleet.log.actions.count("rates_not_shared") >= len(fleet.children)
    assert fleet.log.actions.count("rates_shared") >= len(fleet.children)


async def test_a_server_that_was_never_there_counts_for_nothing(valkey: Valkey, tmp_path: Path) -> None:
    fleet = Fleet(valkey, tmp_path, "gone")
    for child in fleet.children:
        child._server._url = "redis://127.0.0.1:1"
    async with fleet.sending(100):
        await asyncio.sleep(0.2)
        assert 100 * BUSY < await fleet.figure(1) < 100 * 1.2


async def test_a_server_whose_clock_was_set_back_holds_up_nothing(valkey: Valkey, tmp_path: Path) -> None:
    valkey.client.set("crossdock:{rates}:erp", str(int((time.time() + 3600) * 1_000_000)))
    rates = SharedRates(valkey.url, FileRates(tmp_path), "a")
    assert await rates.take("erp", 10, 1) < 0.2
    await rates.close()


async def test_what_waits_for_an_answer_may_be_given_up(valkey: Valkey, tmp_path: Path) -> None:
    rates = SharedRates(valkey.url, FileRates(tmp_path), "a")
    assert await rates.take("cut", 1, 1) == pytest.approx(0, abs=0.1)
    for _ in range(20):
        task = asyncio.create_task(rates.take("cut", 1, 1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    wait = await rates.take("cut", 1, 1)
    assert 0.5 < wait < 25, "an answer was that of another question"
    await rates.close()
