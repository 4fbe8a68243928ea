"""What a shift hears while it works."""

from __future__ import annotations

import asyncio

from router.hearing import MEASURE_EVERY, Ear


class Child:
    """`now` and `used` are seconds of the clock and of the processor; `rests` what it told."""

    def __init__(self) -> None:
        self.now = self.used = 100.0
        self.rests: list[bool] = []
        self.ear = Ear(self.rests.append, lambda: self.now, lambda: self.used)

    async def after(self, seconds: float, computing: float) -> None:
        self.now, self.used = self.now + seconds, self.used + computing
        self.ear.listen()


def test_it_rests_while_it_computes_little() -> None:
    async def run() -> list[bool]:
        child = Child()
        child.ear.listen()
        for share in (0.5, 0.2, 0.3, 0.0):
            await child.after(2 * MEASURE_EVERY, 2 * MEASURE_EVERY * share)
        child.ear.close()
        return child.rests

    assert asyncio.run(run()) == [False, False, True, False, True, False]


def test_it_is_not_measured_at_each_look() -> None:
    async def run() -> list[bool]:
        child = Child()
        for _ in range(5):
            await child.after(MEASURE_EVERY / 3.5, 0.0)
        return child.rests

    assert asyncio.run(run()) == [False, True]


def test_a_bell_that_came_during_a_look_is_heard_after_it() -> None:
    async def run() -> tuple[bool, bool]:
        ear = Ear()
        first = ear.listen()
        ear.ring()
        ear.ring()
        again = ear.listen()
        return first.done(), again.done()

    assert asyncio.run(run()) == (True, False)


def test_a_bell_after_the_end_is_for_others() -> None:
    Ear().ring()
