"""Sends in the air: each holds a slot of its connection until it has landed, and starts only while the lease covers it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import compress

from router.delivery.sending import Desk, Way
from router.delivery.units import Unit
from router.ledger import Claim
from router.ports import UNSENT, Outcome, Parcel

MARGIN = 2.0
MOST_BYTES = 8 << 20
"""Of the bodies in one call, give or take one: a batch of large ones must not fill the memory."""


@dataclass(slots=True, eq=False)
class Sending:
    """Units on their way in one call of the adapter. `before`: on their way to the fallback, since their own target
    ended them so. `array`: they are one parcel."""

    units: list[Unit]
    parcels: list[Parcel]
    way: Way
    slot: int
    probe: bool = False
    before: Outcome | None = None
    array: str = ""
    task: asyncio.Task[list[Outcome]] | None = None


Landed = tuple[Sending, list[Outcome]]


class Flights:
    """Those of one lane. `claim` is the lane's claim as it is now."""

    def __init__(self, desk: Desk, claim: Callable[[], Claim]) -> None:
        self._desk = desk
        self._claim = claim
        self._sendings: set[Sending] = set()

    def __bool__(self) -> bool:
        return bool(self._sendings)

    def units(self) -> list[Unit]:
        return [unit for sending in self._sendings for unit in sending.units]

    async def start(self, sending: Sending) -> None:
        try:
            at = await self._desk.turn(sending.way.connection, len(sending.parcels))
        except BaseException:
            self._desk.slots.give(sending.way.connection.id, sending.slot)
            raise
        sending.task = asyncio.create_task(self._send(sending, at))
        self._sendings.add(sending)

    async def _send(self, sending: Sending, at: float) -> list[Outcome]:
        """Sends when its turn has come. No outcomes where the lease would be over before the send is."""
        connection = sending.way.connection
        if (wait := at - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(wait)
        if self._desk.ledger.left(self._claim()) < connection.timeout + MARGIN:
            return []
        if sending.before is not None and self._desk.circuit(connection.id).state == "open":
            return [Outcome("connect", "its breaker is open")] * len(sending.parcels)
        return await sending.way.adapter.send(sending.parcels)

    async def land(self, patience: float | None) -> list[Landed]:
        """What has landed, at the latest after `patience` seconds; None: when all have."""
        tasks = [s.task for s in self._sendings if s.task is not None]
        when = asyncio.ALL_COMPLETED if patience is None else asyncio.FIRST_COMPLETED
        done, _ = await asyncio.wait(tasks, timeout=patience, return_when=when)
        landed: list[Landed] = []
        for sending in [s for s in self._sendings if s.task in done]:
            self._sendings.discard(sending)
            self._desk.slots.give(sending.way.connection.id, sending.slot)
            assert sending.task is not None
            landed += told(sending, sending.task.result())
        return landed


def told(sending: Sending, outcomes: list[Outcome]) -> list[Landed]:
    """What was sent, with its outcomes, and what was not begun, without."""
    unsent = [outcome.error == UNSENT for outcome in outcomes]
    if not any(unsent):
        return [(sending, outcomes)]
    if all(unsent):
        return [(sending, [])]
    left = replace(sending, units=list(compress(sending.units, unsent)), parcels=list(compress(sending.parcels, unsent)))
    sent = [not one for one in unsent]
    gone = replace(sending, units=list(compress(sending.units, sent)), parcels=list(compress(sending.parcels, sent)))
    return [(gone, list(compress(outcomes, sent))), (left, [])]
