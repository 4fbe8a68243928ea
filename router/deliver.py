"""Delivering one lane: parked heads whose time has come, then open work; sends overlap, outcomes are committed together.

A unit's way: taken from the feed, computed, given a slot, sent, its outcome collected, committed. Units of one key never
overlap; a failed one blocks its key only.
"""

from __future__ import annotations

import asyncio

from router.delivery.fallback import GIVEN_UP, Fallbacks, by_fallback
from router.delivery.feed import Feed
from router.delivery.flights import MOST_BYTES, Flights, Landed, Sending
from router.delivery.gate import Gate
from router.delivery.ordering import Computed, KeyOrder
from router.delivery.outcomes import Ended
from router.delivery.packing import Packer
from router.delivery.sending import Desk, Pace, Way, or_exhausted
from router.delivery.telling import tell_outcomes
from router.delivery.tries import Try, failed, number_of, without_an_end
from router.delivery.units import Unit, UnitReader
from router.errors import MessageError
from router.ledger import Claim
from router.message import Message
from router.ports import Outcome, Parcel
from router.route import Connection, Target

COMMIT_AFTER = 0.05
COMMIT_COUNT = 100
NAP = 0.01
"""Seconds between two looks for what can go, where nothing is on its way."""


class LaneServer:
    """Serves one claimed lane of a target until it is empty, lost, paused, or the shift is over."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        self.desk = desk
        self.claim = claim
        self.target = target
        self.connection = connection
        self.gate = Gate(desk, connection, probing)
        self.units = UnitReader(desk.ledger, desk.table, desk.reader, desk.mark)
        self.way = Way(connection, desk.target(connection, target.send.kind))
        self.ended = Ended(connection)
        self.feed = Feed(desk.ledger, self.units, lambda work, numbers: self.ended.lost(work, numbers))
        self.packer = Packer(desk, claim.epoch)
        self.fallbacks = Fallbacks(desk, claim.epoch)
        self.flights = Flights(desk, lambda: self.claim)
        self.keys = KeyOrder(set())
        self.lost = self.halted = self.starved = False
        self.pace, self.committed = Pace(), 0.0

    async def serve(self) -> None:
        """The whole of it; releases the lane at the end."""
        self.committed = self._time()
        if self.target.order_by is not None:
            self.keys.blocked = self.desk.ledger.blocked(self.claim)
        try:
            await self._begin()
            while not self.lost:
                started = await self._fill()
                if self._commit_due(started):
                    await self._commit()
                elif not self.flights and not started and not self._waits():
                    break
                await self._wait()
        finally:
            await self._leave()

    async def _begin(self) -> None:
        """What an earlier version sent together goes its own ways now."""
        for array in self.desk.ledger.arrays(self.claim, due=False):
            await self.desk.write(self.desk.ledger.dissolve, self.claim, array.id)

    def _waits(self) -> bool:
        """Whether there is something in hand that cannot go yet."""
        return self.starved or (bool(self.fallbacks) and not self.desk.halts(self.connection))

    def _nap(self) -> float:
        """Seconds until it looks again, where nothing is on its way."""
        return NAP

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _may_start(self) -> bool:
        stopped = self.lost or self.halted or self.claim.paused or self.desk.halts(self.connection)
        return not stopped and self.gate.open(self.ended, bool(self.flights))

    @or_exhausted
    async def _fill(self) -> bool:
        """Starts what can be started; whether anything happened."""
        self.starved = False
        happened = await self._fall()
        while self._may_start():
            slot = self.desk.slot(self.connection)
            if slot is None:
                self.starved = True
                break
            sending = await self._loaded(slot)
            if sending is None:
                self.desk.slots.give(self.connection.id, slot)
                break
            happened = True
            await self.flights.start(sending)
            await self.pace()
            if self.ended.count >= COMMIT_COUNT:
                break
        return happened

    async def _loaded(self, slot: int) -> Sending | None:
        """A slot that is not used is given back, whatever happens: it belongs to all lanes of this host."""
        try:
            return await self._load(slot)
        except BaseException:
            self.desk.slots.give(self.connection.id, slot)
            raise

    async def _fall(self) -> bool:
        """Starts what goes to the fallback, where it has room."""
        happened = False
        while not self.lost and not self.desk.halts(self.connection) and (found := self.fallbacks.next()) is not None:
            one, way, slot = found
            await self.flights.start(Sending(one.units, [one.parcel], way, slot, before=one.before, array=one.array))
            happened = True
        return happened

    async def _load(self, slot: int) -> Sending | None:
        """The next parcels for one call of the adapter."""
        units: list[Unit] = []
        parcels: list[Parcel] = []
        limit, size = 1 if self.gate.probing else self.way.batch, 0
        while len(units) < limit and size < MOST_BYTES and self.ended.count < COMMIT_COUNT:
            found = self._next()
            if found is None:
                break
            unit = found[0]
            parcel = self._parcel(*found)
            if parcel is None:
                await self.pace()
                continue
            self.keys.begin(unit)
            units.append(unit)
            parcels.append(parcel)
            size += len(parcel.body)
        return Sending(units, parcels, self.way, slot, self.gate.probing) if units else None

    def _next(self) -> Computed | None:
        """The next unit that may go now: those that waited for their key first."""
        waited = self.keys.ready()
        if waited is not None:
            return waited
        while not self.keys.crowded and self.ended.count < COMMIT_COUNT:
            unit = self._issue()
            if unit is None:
                return None
            message = self.packer.message(unit, self.ended)
            if message is None:
                continue
            if self.keys.is_blocked(unit):
                self.ended.blocked(unit)
            elif not self.keys.waits(unit, message):
                return unit, message
        return None

    def _issue(self) -> Unit | None:
        return self.feed.next(self.claim, self.gate.probing)

    def _parcel(self, unit: Unit, message: Message) -> Parcel | None:
        """None where the unit ended here, or goes to the fallback."""
        found = self.packer.parcel(unit, message)
        if isinstance(found, Parcel):
            return None if unit.given_up and self._falls(unit, GIVEN_UP) else found
        if isinstance(found, MessageError):
            if found.stage == "send" and self._falls(unit, Outcome(found.error, found.reason)):
                return None
            self._dead(unit, found)
        else:
            self.ended.filtered(unit, found.rule)
        self.keys.end(unit)
        return None

    def _falls(self, unit: Unit, before: Outcome) -> bool:
        """Whether the unit is on its way to the fallback now; its key waits for it."""
        taken = self.fallbacks.take(unit, before)
        if taken:
            self.keys.begin(unit)
        return taken

    def _dead(self, unit: Unit, error: MessageError) -> None:
        hold = self.target.when_dead == "hold"
        self.ended.dead(unit, error, hold)
        if hold and unit.key is not None:
            self._block(unit.key)

    async def _wait(self) -> None:
        """Until a send ends, outcomes are due, or something may have changed."""
        if not self.flights:
            await asyncio.sleep(self._nap() if self._waits() else 0)
            return
        landed = await self.flights.land(COMMIT_AFTER if self.ended else min(1.0, self.claim.lease / 3))
        self._landed(landed)
        if not landed and self.desk.ledger.left(self.claim) < self.claim.lease * 2 / 3:
            await self._commit()

    def _landed(self, landed: list[Landed]) -> None:
        for sending, outcomes in landed:
            if outcomes:
                self._arrived(sending, outcomes)
                continue
            self.halted = True
            if sending.before is not None:
                self.fallbacks.put_back(sending.units, sending.parcels[0], sending.before, sending.array)
            for unit in sending.units if sending.before is None else ():
                self.keys.end(unit)

    def _arrived(self, sending: Sending, outcomes: list[Outcome]) -> None:
        for unit, parcel, outcome in zip(sending.units, sending.parcels, outcomes, strict=True):
            self._one(sending, unit, parcel.body, outcome)

    def _one(self, sending: Sending, unit: Unit, request: bytes, outcome: Outcome) -> None:
        """How one delivery's try ended. Only sends to the target's own connection say something of its breaker."""
        whole = unit.route.source.options.get("reply") == "result"
        before = sending.before
        if whole and outcome.cut:
            outcome, whole = without_an_end(outcome), False
        if before is None:
            self.ended.beat(outcome, sending.probe)
        else:
            outcome = by_fallback(outcome, before, sending.way)
        if outcome.ok:
            return self._delivered(unit, outcome, sending.way, whole)
        tried = self._tried(unit, outcome, sending)
        gives_up = before is None and tried.dead and tried.outcome.error != "late"
        if not (gives_up and self._falls(unit, tried.outcome)):
            self._failed(unit, request, tried, whole)

    def _delivered(self, unit: Unit, outcome: Outcome, way: Way, whole: bool) -> None:
        self.ended.delivered(unit, outcome, number_of(unit), self.desk.ledger.now(), whole)
        if outcome.undo is not None:
            self.ended.undo.append((way.adapter, outcome))
        self.keys.end(unit)

    def _tried(self, unit: Unit, outcome: Outcome, sending: Sending) -> Try:
        connection = sending.way.connection.id
        policy = (self.desk.current.target(self.target.name) or self.target).retry
        return failed(
            unit, outcome, policy, self.desk.ledger.now(), self.desk.circuit(connection).total, self.desk.chance,
            sending.probe, self.target.when_dead == "hold", sending.before is not None,
            runs_on=sending.before is None and self.target.fallback is not None,
        )  # fmt: skip

    def _failed(self, unit: Unit, request: bytes, tried: Try, whole: bool, array: str = "") -> None:
        self.ended.failed_try(unit, request, tried, whole, array)
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
        if self.ended.count >= COMMIT_COUNT or (not self.flights and not started) or self.gate.trips(self.ended):
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
        for adapter, outcome in ended.undo:
            await adapter.settled([outcome])
        self.feed.forget(self.claim, {u.parked.id for u in self._in_hand() if u.parked})
        if self.target.order_by is not None:
            pending = {p.key for p in self.ended.park if p.key is not None and p.state in ("retry", "blocked")}
            self.keys.blocked = self.desk.ledger.blocked(self.claim) | pending
        tell_outcomes(self.desk, self.target.name, settlement)
        self.halted = not self.gate.judged(settlement.pulse, ended.trouble) or self.halted

    def _in_hand(self) -> list[Unit]:
        """Units that were issued and have not ended."""
        return [*self.flights.units(), *self.keys.held(), *self.fallbacks.units()]

    async def _leave(self) -> None:
        """Ends what is in flight, says what became of it, gives the lane back."""
        while self.flights:
            self._landed(await self.flights.land(None))
        if self.lost:
            return
        self.fallbacks.hand_over(self.ended)
        if self.ended:
            await self._commit()
        if self.gate.probing:
            await self.desk.write(self.desk.ledger.drop_probe, self.connection.id, self.claim.owner)
        if not self.lost:
            await self.desk.write(self.desk.ledger.release, self.claim)
