"""Time that jumps."""

from __future__ import annotations

import asyncio

import pytest

from adapters.testing.simulated import Deadlock, SimulatedClock, SimulatedLoop


def test_days_pass_at_once_and_in_order() -> None:
    clock = SimulatedClock(1_000)
    loop = SimulatedLoop(clock)
    ended: list[str] = []

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(f"{name} at {clock.elapsed:g}")

    async def all_() -> None:
        await asyncio.gather(wait("late", 86_400), wait("early", 0.0005), asyncio.to_thread(ended.append, "at once"))

    loop.run_until_complete(all_())
    loop.close()
    assert ended == ["at once", "early at 0.0005", "late at 86400"]
    assert clock.now() == 1_000 + 86_400_000


def test_what_waits_for_nothing_is_an_error_and_not_for_ever() -> None:
    loop = SimulatedLoop(SimulatedClock(0))
    with pytest.raises(Deadlock):
        loop.run_until_complete(loop.create_future())
    loop.close()


def test_an_error_of_another_thread_comes_back() -> None:
    loop = SimulatedLoop(SimulatedClock(0))

    async def fail() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)

    loop.run_until_complete(fail())
    loop.close()


def test_the_clock_never_goes_back() -> None:
    clock = SimulatedClock(0)
    clock.until(5_000)
    clock.until(1_000)
    assert clock.elapsed == 5.0
