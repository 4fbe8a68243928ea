"""Time that jumps: a clock for the ledger, and an event loop that never waits but moves that clock to its next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


class Deadlock(RuntimeError):
    """Everything waits for something that nothing will bring about."""


class SimulatedClock:
    """The time of a test: wall clock and steady clock go together, in fractions of a millisecond."""

    boot = "simulated"

    def __init__(self, start: int) -> None:
        self.start = start
        self.elapsed = 0.0
        """Seconds since the test began."""

    def now(self) -> int:
        return self.start + int(self.elapsed * 1000)

    def steady(self) -> int:
        return 1_000_000 + int(self.elapsed * 1000)

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds

    def until(self, at: int) -> None:
        """To an epoch time in milliseconds; never back."""
        self.elapsed = max(self.elapsed, (at - self.start) / 1000)


class SimulatedSelector(selectors.SelectSelector):
    """Where a loop would wait, the clock moves instead."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Deadlock("nothing is left that could go on")
        self._clock.advance(max(0.0, timeout))
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """One thread: what is meant for another runs at once, so that the same test always goes the same way."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(SimulatedSelector(clock))
        self._simulated = clock

    def time(self) -> float:
        return self._simulated.elapsed

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future
