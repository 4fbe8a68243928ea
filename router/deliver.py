"""Delivering one lane: parked heads whose time has come, then open work; sends overlap, outcomes are committed together.

A unit's way: taken from the feed, computed, given a slot, sent, its outcome collected, committed. Units of one key never
overlap; a failed one blocks its key only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from router.errors import MessageError
from router.ledger import FAR, Claim, Work
from router.message import Message
from router.outcomes import Ended
from router.pipeline import Filtered
from router.ports import Outcome, Parcel
from router.retry import judge
from router.route import Connection, Target
from router.sending import Desk, Pace
from router.units import BeforeTarget, Unit, UnitReader, after_route, for_sending

COMMIT_AFTER = 0.2
COMMIT_COUNT = 100
WORK_AHEAD = 4
WAITING_LIMIT = 500
"""Units that wait in memory behind another of their key; beyond it the lane takes no new work."""
MARGIN = 2.0
LETHAL = 3


@dataclass(slots=True, eq=False)
class Sending:
    """Units on their way in one call of the adapter."""

    units: list[Unit]
    parcels: list[Parcel]
    slot: int
    probe: bool
    task: asyncio.Task[list[Outcome]] | None = None


@dataclass
class Feed:
    """The lane's units in order, each once: what was issued and is not committed is not issued again."""

    lane: LaneServer
    works: set[int] = field(default_factory=set)
    parked: set[int] = field(default_factory=set)
    units: Iterator[Unit | tuple[int, ...]] | None = None
    work: Work | None = None

    def next(self) -> Unit | None:
        while True:
            if self.units is None and not self._refill():
                return None
            assert self.units is not None
            found = next(self.units, None)
            if found is None:
                self.units = None
            elif isinstance(found, tuple):
                assert self.work is not None
                self.lane.ended.lost(self.work.id, found)
            else:
                return found

    def _refill(self) -> bool:
        lane = self.lane
        heads = [p for p in lane.desk.ledger.due_parked(lane.claim, 100 + len(self.parked)) if p.id not in self.parked]
        if lane.probing:
            fresh = [p for p in heads if not p.probed]
            heads = fresh or ([] if self._open() else heads)
        if heads:
            self.parked.update(p.id for p in heads)
            found = (lane.units.of_parked(p) for p in heads)
            self.units = (u for u in found if u is not None)
            return True
        work = self._open()
        if work is None:
            return False
        self.works.add(work.id)
        self.work = work
        self.units = lane.units.of_work(work)
        return True

    def _open(self) -> Work | None:
        works = self.lane.desk.ledger.open_work(self.lane.claim, len(self.works) + WORK_AHEAD)
        return next((w for w in works if w.id not in self.works), None)


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
        self.feed = Feed(self)
        self.sendings: set[Sending] = set()
        self.busy: set[str] = set()
        self.waiting: dict[str, deque[tuple[Unit, Message]]] = {}
        self.ready: deque[tuple[Unit, Message]] = deque()
        self.blocked: set[str] = set()
        self.lost = False
        self.halted = False
        self.starved = False
        self.pace = Pace()
        self.committed = 0.0

    async def serve(self) -> None:
        """The whole of it; releases the lane at the end."""
        self.committed = self._time()
        if self.target.order_by is not None:
            self.blocked = self.desk.ledger.blocked(self.claim)
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
            unit, message = found
            parcel = self._parcel(unit, message)
            if parcel is None:
                await self.pace()
                continue
            if unit.key is not None:
                self.busy.add(unit.key)
            units.append(unit)
            parcels.append(parcel)
        return Sending(units, parcels, slot, self.probing) if units else None

    def _next(self) -> tuple[Unit, Message] | None:
        """The next unit that may go now: those that waited for their key first."""
        if self.ready:
            return self.ready.popleft()
        while sum(len(q) for q in self.waiting.values()) < WAITING_LIMIT and self.ended.count < COMMIT_COUNT:
            unit = self.feed.next()
            if unit is None:
                return None
            message = self._compute(unit)
            if message is None:
                continue
            key = unit.key
            if key is not None and unit.parked is None and key in self.blocked:
                self.ended.blocked(unit)
            elif key is not None and key in self.busy:
                self.waiting.setdefault(key, deque()).append((unit, message))
            else:
                return unit, message
        return None

    def _compute(self, unit: Unit) -> Message | None:
        """Decode and the route's steps; None where it ended there."""
        if unit.crashes >= LETHAL - 1 and not self._survives(unit):
            return None
        again = unit.parked is not None and unit.parked.attempt == 0
        late = unit.stored.deadline is not None and unit.stored.late == "cancel" and not again
        if late and self.desk.ledger.now() >= (unit.stored.deadline or FAR):
            self.ended.dead(unit, MessageError("send", "late", "the caller was told 504; late: cancel"))
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
                self._free(unit)
            return
        for unit, parcel, outcome in zip(sending.units, sending.parcels, outcomes, strict=True):
            self._one(unit, parcel, outcome, sending.probe)

    def _one(self, unit: Unit, parcel: Parcel, outcome: Outcome, probe: bool) -> None:
        now = self.desk.ledger.now()
        whole = unit.route.source.options.get("reply") == "result"
        number = (unit.parked.attempt if unit.parked else 0) + 1
        self.ended.beat(outcome, probe)
        if outcome.ok:
            self.ended.delivered(unit, outcome, number, now, whole)
            self._free(unit)
            return
        policy = (self.desk.current.target(self.target.name) or self.target).retry
        total = self.desk.circuit(self.connection.id).total
        fresh = unit.parked is None or unit.parked.attempt == 0
        first_at, stood = (now, total) if fresh or unit.parked is None else (unit.parked.first_at, unit.parked.stood)
        verdict = judge(policy, outcome, number, now, first_at, max(0, total - stood), self.desk.chance)
        again = unit.parked is not None and unit.parked.attempt == 0
        if (
            unit.stored.deadline is not None
            and unit.stored.late == "cancel"
            and now >= unit.stored.deadline
            and not again
        ):
            verdict = judge(policy, Outcome("late"), number, now, first_at, 0, self.desk.chance)
            outcome = Outcome("late", f"the caller was told 504; last: {outcome.reason}", outcome.status)
        hold = self.target.when_dead == "hold"
        self.ended.failed_try(unit, parcel, outcome, verdict, number, now, stood, first_at, probe, hold, whole)
        if unit.key is not None:
            self.busy.discard(unit.key)
            if verdict.next_at is not None or hold:
                self._block(unit.key)
            else:
                self._free(unit)

    def _block(self, key: str) -> None:
        """The key waits: those of it that are in memory are parked behind, in order."""
        self.blocked.add(key)
        for unit, _ in self.waiting.pop(key, ()):
            self.ended.blocked(unit)

    def _free(self, unit: Unit) -> None:
        """The key's next may go."""
        if unit.key is None:
            return
        self.busy.discard(unit.key)
        queue = self.waiting.get(unit.key)
        if queue:
            following = queue.popleft()
            if not queue:
                del self.waiting[unit.key]
            self.busy.add(unit.key)
            self.ready.append(following)

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
        self._forget(ended)
        if self.target.order_by is not None:
            pending = {p.key for p in self.ended.park if p.key is not None and p.state in ("retry", "blocked")}
            self.blocked = self.desk.ledger.blocked(self.claim) | pending
        if settlement.pulse is not None and (settlement.pulse.failures or settlement.pulse.probe is not None):
            self.desk.look()
            self.halted = self.halted or settlement.pulse.probe is False
            if settlement.pulse.probe:
                self.probing = False

    def _forget(self, ended: Ended) -> None:
        """Committed: a parked row that comes due again is a new unit; works that are done are gone."""
        live = {u.parked.id for s in self.sendings for u in s.units if u.parked}
        live |= {u.parked.id for u, _ in self.ready if u.parked}
        live |= {u.parked.id for q in self.waiting.values() for u, _ in q if u.parked}
        if self.feed.units is None:
            self.feed.parked &= live
        if len(self.feed.works) > 64:
            open_ = {w.id for w in self.desk.ledger.open_work(self.claim, 4096)}
            self.feed.works &= open_

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
