"""A window gets one outcome a parcel, and tells the loop once all are there."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.outbound.amqp.address import AmqpAddress
from adapters.outbound.amqp.window import DELIVERED, Window
from router.ports import Outcome, Parcel


def window(count: int, timeout: float = 10.0) -> Window:
    parcels = [Parcel(f"{n}:t", f"{n}:t", b"", "", AmqpAddress("", "q")) for n in range(count)]
    return Window(parcels, timeout, asyncio.get_running_loop())


async def test_the_first_word_stands() -> None:
    made = window(3)
    made.settle(1, Outcome("returned", "no queue"))
    made.settle(1, DELIVERED)
    made.settle(0, DELIVERED)
    assert made.open(2)
    assert not made.over
    made.fail("reset", "cut")
    assert made.over
    assert [o.error for o in await made.future] == [None, "returned", "reset"]


async def test_it_is_told_once_however_many_settle_it() -> None:
    for _ in range(50):
        made = window(20)
        with ThreadPoolExecutor(4) as pool:
            for n in range(20):
                pool.submit(made.settle, n, DELIVERED)
            pool.submit(made.fail, "reset", "cut")
        assert len(await made.future) == 20


async def test_it_is_late_after_its_timeout() -> None:
    assert window(1, 0.0).late
    assert not window(1, 60.0).late
    assert window(1, 60.0).remaining == pytest.approx(60, abs=1)
