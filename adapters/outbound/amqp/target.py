"""An open AMQP connection of one worker child: sends windows of messages and says how each ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from adapters.amqp.broker import Broker
from adapters.outbound.amqp.line import Line
from adapters.outbound.amqp.window import Window
from router.ports import Outcome, Parcel

GRACE = 0.5
"""Seconds beyond the timeout in which the thread may still bring its own words."""


class AmqpTarget:
    """Messages go out persistent and mandatory, all of a window at once; each is a success when the broker has
    confirmed it. The same delivery sent again is the same message with the same `message_id`."""

    batch = 500

    def __init__(self, broker: Broker, name: str, timeout: float) -> None:
        self._broker = broker
        self._name = name
        self._timeout = timeout
        self._line: Line | None = None

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        if not parcels:
            return []
        window = Window(parcels, self._timeout, asyncio.get_running_loop())
        self._opened().submit(window)
        done, _ = await asyncio.wait({window.future}, timeout=self._timeout + GRACE)
        if not done:  # the thread hangs in a name that is looked up, or behind another window that it writes
            window.fail("timeout", f"not sent within {self._timeout:g} s")
        outcomes, label, took = await window.future, self._broker.label, window.duration
        return [
            replace(outcome, sent_to=f"{label} {parcel.address.place}", duration=took)
            for parcel, outcome in zip(parcels, outcomes, strict=True)
        ]

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            await asyncio.get_running_loop().run_in_executor(None, line.close)

    def _opened(self) -> Line:
        """Made at the first send, in the process that sends."""
        if self._line is None:
            self._line = Line(self._broker, self._name)
        return self._line
