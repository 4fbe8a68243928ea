"""Delivering one lane: parked heads whose time has come, then open work; sends overlap, outcomes are committed together.

A unit's way: taken from the feed, computed, given a slot, sent, its outcome collected, committed. Units of one key never
overlap; a failed one blocks its key only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from router.errors import MessageError
from router.feed import Feed
from router.ledger import Claim
from router.message import Message
from router.ordering import Computed, KeyOrder
from router.outcomes import Ended
from router.pipeline import Filtered
from router.ports import Outcome, Parcel
from router.route import Connection, Target
from router.sending import Desk, Pace
from router.telling import look, tell
from router.tries import failed, number_of
from router.units import LETHAL, BeforeTarget, Unit, UnitReader, after_route, for_sending

COMMIT_AFTER = 0.2
COMMIT_COUNT = 100
MARGIN = 2.0


@dataclass(slots=True, eq=False)
class Sending:
    """Units on their way in one call of the adapter."""

    units: list[Unit]
    parcels: list[Parcel]
    slot: int
    probe: bool
    task: asyncio.Task[list[Outcome]] | None = None


class LaneServer:
    """Serves one claimed lane of a target until it is empty, lost, paused, or the shift is over."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        self.desk = desk
        self.claim = claim
        self.target = target
        self.connection = connection
        self.probing = probing
        self.units = UnitReader(desk.ledger, desk.table, desk.reader, desk.mark)
        self.adapter = desk.target(connection, target.send.kind)
        self.ended = Ended(connection)
        self.feed = Feed(desk.ledger, self.units, lambda work, numbers: self.ended.lost(work, numbers))
        self.sendings: set[Sending] = set()
        self.keys = KeyOrder(set())
        self.lost = False
        self.halted = False
        self.starved = False
        self.pace = Pace()
        self.committed = 0.0

    async def serve(self) -> None:
        """The whole of it; releases the lane at the end."""
        self.committed = self._time()
        if self.target.order_by is not None:
            self.keys.blocked = self.desk.ledger.blocked(self.claim)
        try:
            while not self.lost:
                started = await self._fill()
                if self._commit_due(started):
                    await self._commit()
                elif not self.sendings and not started and not self.starved:
                    break
                await self._wait()
        finally:
            await self._leave()

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _may_start(self) -> bool:
        if self.lost or self.halted or self.claim.paused or self.desk.stopping():
            return False
        if self.probing:
            return not self.sendings and self.ended.probe is None
        return self.desk.circuit(self.connection.id).state == "closed" and not self._tripping()

    def _tripping(self) -> bool:
        """Whether the failures since the last commit will open the breaker: then no more are started."""
        before = 0 if self.ended.reset else self.desk.circuit(self.connection.id).failures
        return self.ended.failures > 0 and before + self.ended.failures >= self.connection.breaker.open_after

    async def _fill(self) -> bool:
        """Starts what can be started; whether anything happened."""
        happened = self.starved = False
        while self._may_start():
            slot = self.desk.slots.take(self.connection.id, self.connection.in_flight)
            if slot is None:
                self.starved = True
                break
            sending = await self._load(slot)
            if sending is None:
                self.desk.slots.give(self.connection.id, slot)
                break
            happened = True
            sending.task = asyncio.create_task(self._send(sending))
            self.sendings.add(sending)
            await self.pace()
            if self.ended.count >= COMMIT_COUNT:
                break
        return happened

    async def _load(self, slot: int) -> Sending | None:
        """The next parcels for one call of the adapter."""
        units: list[Unit] = []
        parcels: list[Parcel] = []
        limit = 1 if self.probing else self.adapter.batch
        while len(units) < limit and self.ended.count < COMMIT_COUNT:
            found = self._next()
            if found is None:
                break
            unit = found[0]
            parcel = self._parcel(*found)
            if parcel is None:
                self.keys.end(unit)
                await self.pace()
                continue
            self.keys.begin(unit)
            units.append(unit)
            parcels.append(parcel)
        return Sending(units, parcels, slot, self.probing) if units else None

    def _next(self) -> Computed | None:
        """The next unit that may go now: those that waited for their key first."""
        waited = self.keys.ready()
        if waited is not None:
            return waited
        while not self.keys.crowded and self.ended.count < COMMIT_COUNT:
            unit = self.feed.next(self.claim, self.probing)
            if unit is None:
                return None
            message = self._compute(unit)
            if message is None:
                continue
            if self.keys.is_blocked(unit):
                self.ended.blocked(unit)
            elif not self.keys.waits(unit, message):
                return unit, message
        return None

    def _compute(self, unit: Unit) -> Message | None:
        """Decode and the route's steps; None where it ended there."""
        if unit.crashes >= LETHAL - 1 and not self._survives(unit):
            return None
        if unit.too_late(self.desk.ledger.now()):
            self.ended.late(unit)
            return None
        self.desk.mark(unit.mark)
        try:
            message = after_route(unit)
        except BeforeTarget as dead:
            self.ended.dead_for_all(unit, dead.error)
            message = None
        # Not in `finally`: what runs out of memory leaves its mark for the one who counts crashes.
        self.desk.mark(0)
        return message

    def _survives(self, unit: Unit) -> bool:
        """A unit whose computing crashed two children runs once alone; a third death is its end."""
        reason: str | None = unit.crash
        if unit.crashes < LETHAL:
            reason = self.desk.isolate(lambda: for_sending(unit, after_route(unit), self.claim.epoch))
        if reason is None:
            return True
        self.ended.dead_for_all(unit, MessageError("decode", "crash", f"crashed the worker ({reason})"))
        return False

    def _parcel(self, unit: Unit, message: Message) -> Parcel | None:
        self.desk.mark(unit.mark)
        parcel: Parcel | Filtered | None = None
        try:
            parcel = for_sending(unit, message, self.claim.epoch)
        except MessageError as error:
            self._dead(unit, error)
        self.desk.mark(0)
        if isinstance(parcel, Filtered):
            self.ended.filtered(unit, parcel.rule)
            return None
        return parcel

    def _dead(self, unit: Unit, error: MessageError) -> None:
        hold = self.target.when_dead == "hold"
        self.ended.dead(unit, error, hold)
        if hold and unit.key is not None:
            self._block(unit.key)

    async def _send(self, sending: Sending) -> list[Outcome]:
        if self.connection.rate is not None:
            for _ in sending.parcels:
                wait = self.desk.rates.take(self.connection.id, self.connection.rate)
                if wait > 0:
                    await asyncio.sleep(wait)
        if self.desk.ledger.left(self.claim) < self.connection.timeout + MARGIN:
            return []
        return await self.adapter.send(sending.parcels)

    async def _wait(self) -> None:
        """Until a send ends, outcomes are due, or something may have changed."""
        tasks = [s.task for s in self.sendings if s.task is not None]
        if not tasks:
            await asyncio.sleep(0.01 if self.starved else 0)
            return
        until = COMMIT_AFTER if self.ended else min(1.0, self.claim.lease / 3)
        done, _ = await asyncio.wait(tasks, timeout=until, return_when=asyncio.FIRST_COMPLETED)
        for sending in [s for s in self.sendings if s.task in done]:
            self.sendings.discard(sending)
            self._collect(sending)
        if not done and self.desk.ledger.left(self.claim) < self.claim.lease * 2 / 3:
            await self._commit()

    def _collect(self, sending: Sending) -> None:
        self.desk.slots.give(self.connection.id, sending.slot)
        assert sending.task is not None
        outcomes = sending.task.result()
        if not outcomes:
            self.halted = True
            for unit in sending.units:
                self.keys.end(unit)
            return
        for unit, parcel, outcome in zip(sending.units, sending.parcels, outcomes, strict=True):
            self._one(unit, parcel, outcome, sending.probe)

    def _one(self, unit: Unit, parcel: Parcel, outcome: Outcome, probe: bool) -> None:
        now = self.desk.ledger.now()
        whole = unit.route.source.options.get("reply") == "result"
        self.ended.beat(outcome, probe)
        if outcome.ok:
            self.ended.delivered(unit, outcome, number_of(unit), now, whole)
            self.keys.end(unit)
            return
        policy = (self.desk.current.target(self.target.name) or self.target).retry
        stood = self.desk.circuit(self.connection.id).total
        tried = failed(unit, outcome, policy, now, stood, self.desk.chance, probe, self.target.when_dead == "hold")
        self.ended.failed_try(unit, parcel, tried, whole)
        if unit.key is not None and tried.blocks:
            self._block(unit.key)
        else:
            self.keys.end(unit)

    def _block(self, key: str) -> None:
        for unit in self.keys.block(key):
            self.ended.blocked(unit)

    def _commit_due(self, started: bool) -> bool:
        if not self.ended:
            return False
        if self.ended.count >= COMMIT_COUNT or (not self.sendings and not started) or self._tripping():
            return True
        return self._time() - self.committed >= COMMIT_AFTER

    async def _commit(self) -> None:
        ended, self.ended = self.ended, Ended(self.connection)
        self.committed = self._time()
        settlement = ended.settlement()
        renewed = await self.desk.write(self.desk.ledger.settle, self.claim, settlement)
        if renewed is None:
            self.lost = True
            return
        self.claim = renewed
        if ended.undo:
            await self.adapter.settled(ended.undo)
        on_the_way = [unit for sending in self.sendings for unit in sending.units]
        self.feed.forget(self.claim, {u.parked.id for u in (*on_the_way, *self.keys.held()) if u.parked})
        if self.target.order_by is not None:
            pending = {p.key for p in self.ended.park if p.key is not None and p.state in ("retry", "blocked")}
            self.keys.blocked = self.desk.ledger.blocked(self.claim) | pending
        tell(self.desk, self.target.name, (*settlement.park, *settlement.dead_messages))
        if settlement.pulse is not None and (settlement.pulse.failures or settlement.pulse.probe is not None):
            look(self.desk, self.connection.id)
            self.halted = self.halted or settlement.pulse.probe is False
            if settlement.pulse.probe:
                self.probing = False

    async def _leave(self) -> None:
        """Ends what is in flight, says what became of it, gives the lane back."""
        tasks = [s.task for s in self.sendings if s.task is not None]
        if tasks:
            await asyncio.wait(tasks)
            for sending in list(self.sendings):
                self.sendings.discard(sending)
                self._collect(sending)
        if self.lost:
            return
        if self.ended:
            await self._commit()
        if self.probing:
            await self.desk.write(self.desk.ledger.drop_probe, self.connection.id, self.claim.owner)
        if not self.lost:
            await self.desk.write(self.desk.ledger.release, self.claim)
