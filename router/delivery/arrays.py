"""Arrays (`collect: {records}`): deliveries of one lane that are sent together, as one parcel.

An array is stored before its first send, so that whatever dies, the same array is sent again under the same id, byte for
byte. It arrives or fails as a whole, but for the members that the other side says it refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from router.deliver import LaneServer
from router.delivery.fallback import GIVEN_UP
from router.delivery.flights import Sending
from router.delivery.joining import AsTheyAre, Joining, codec_for, makes_json
from router.delivery.ordering import Computed
from router.delivery.parked import ParkedReader
from router.delivery.sending import Desk
from router.delivery.tries import number_of
from router.delivery.units import BeforeTarget, Unit, after_route, for_sending
from router.errors import ExpressionError, MessageError
from router.ledger import Array, ArrayEnd, Claim
from router.message import Message, delivery_id, new_id
from router.pipeline import Filtered, for_target
from router.ports import Member, Outcome, Parcel
from router.route import Connection, Gather, Target

ANSWER_KEPT = 1024
"""Bytes of the answer that each member but the first keeps."""


TOGETHER = 0.2
"""Seconds in which others may join one that is overdue."""
LOOKS = 20
"""Into the time that is left for an array, about."""


@dataclass(slots=True)
class Ready:
    """A member: its unit, the message after the route's steps, the body that leaves the target's own."""

    unit: Unit
    message: Message
    body: Any


class ArrayServer(LaneServer):
    """Serves one claimed lane of a target that takes arrays. With `order_by` one array is on its way at a time."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        super().__init__(desk, claim, target, connection, probing)
        self.gather = target.gather or Gather(1)
        self.ready: list[Ready] = []
        self.since = 0.0
        self.flying: set[str] = set()
        self.taken: set[tuple[int, int]] = set()
        """Places of units that are members of a stored array: the feed does not give them out."""
        self.gone: set[tuple[int, int]] = set()
        """Those of units that were sent out of the open work: the feed, which may have read them before, does not either."""

    async def _begin(self) -> None:
        self.taken = {place for array in self.desk.ledger.arrays(self.claim, due=False) for place in array.members}

    def _waits(self) -> bool:
        return super()._waits() or (bool(self.ready) and self._may_start())

    def _may_start(self) -> bool:
        return super()._may_start() and not (self.target.order_by is not None and self.flights)

    async def _load(self, slot: int) -> Sending | None:
        for array in self.desk.ledger.arrays(self.claim):
            if array.id not in self.flying and (sending := await self._again(array, slot)) is not None:
                return sending
        while len(self.ready) < self.gather.records and (found := self._next()) is not None:
            self._take(found)
            await self.pace()
        return await self._new(slot) if self.ready and self._ripe() else None

    def _ripe(self) -> bool:
        """Full, or the first one has waited long enough, here or in the ledger."""
        self.since = self.since or self._time()
        return self.gate.probing or len(self.ready) >= self.gather.records or self._left() <= 0

    def _left(self) -> float:
        """Seconds for which others may still join."""
        here = self._time() - self.since
        # What came late to this lane is ripe at once: those right behind it are waited for, else it would go alone.
        came = min(one.unit.stored.envelope.received_at.timestamp() for one in self.ready)
        late = self.gather.within - (self.desk.ledger.now() / 1000 - came)
        return min(self.gather.within - here, max(late, min(TOGETHER, self.gather.within) - here))

    def _nap(self) -> float:
        """The longer an array may wait, the more seldom it is looked at."""
        if self.starved or self.fallbacks or not self.ready:
            return super()._nap()
        return min(max(self._left() / LOOKS, super()._nap()), self.desk.longest_nap)

    def _issue(self) -> Unit | None:
        unit = super()._issue()
        while unit is not None and (unit.place in self.taken or (unit.parked is None and unit.place in self.gone)):
            unit = super()._issue()
        return unit

    def _take(self, found: Computed) -> None:
        """One more member, unless it ends here."""
        unit, message = found
        if unit.given_up and self._falls(unit, GIVEN_UP):
            return
        ready = self._member(unit, message)
        if ready is not None:
            self.ready.append(ready)

    def _member(self, unit: Unit, message: Message) -> Ready | None:
        self.desk.mark(unit.mark)
        try:
            made = for_target(unit.target, message)
        except MessageError as error:
            self._dead(unit, error)
            made = None
        self.desk.mark(0)
        if isinstance(made, Filtered):
            self.ended.filtered(unit, made.rule)
        return Ready(unit, message, made.body) if isinstance(made, Message) else None

    # --- an array on its way ---
    async def _new(self, slot: int) -> Sending | None:
        """Stored, then sent. None where nothing is left of it, or the lane is lost."""
        members, self.ready, self.since = self.ready, [], 0.0
        id = new_id()
        parcel = self._parcel_of(id, members)
        if parcel is None:
            return None
        units = [one.unit for one in members]
        claim = await self.desk.write(self.desk.ledger.gather, self.claim, Array(id, tuple(u.place for u in units)))
        if claim is None:
            self.lost = True
            return None
        self.claim = claim
        return self._sending(id, units, parcel, slot)

    async def _again(self, array: Array, slot: int) -> Sending | None:
        """The same array as before; where a member has ended elsewhere, those that are left are gathered anew."""
        units = ParkedReader(self.desk.ledger, self.units).members(self.claim, array)
        members: list[Ready] = []
        for unit in units:
            message = self.packer.message(unit, self.ended)
            ready = self._member(unit, message) if message is not None else None
            if ready is not None:
                members.append(ready)
        parcel = self._parcel_of(array.id, members) if len(members) == len(array.members) else None
        if parcel is not None and len(members) == len(array.members):
            return self._sending(array.id, [one.unit for one in members], parcel, slot)
        self.taken -= set(array.members)
        claim = await self.desk.write(self.desk.ledger.dissolve, self.claim, array.id)
        self.lost = claim is None
        self.claim = claim or self.claim
        return None

    def _sending(self, id: str, units: list[Unit], parcel: Parcel, slot: int) -> Sending:
        self.flying.add(id)
        self.taken.update(unit.place for unit in units)
        self.gone.update(unit.place for unit in units if unit.parked is None)
        return Sending(units, [parcel], self.way, slot, self.gate.probing, array=id)

    def _parcel_of(self, id: str, members: list[Ready]) -> Parcel | None:
        """One parcel of all; members that cannot be written, or have no address, end and are taken out."""
        self.desk.mark(members[0].unit.mark if members else 0)
        addresses = self._addresses(members)
        data = self._encoded(members) if members else b""
        self.desk.mark(0)
        if not members:
            return None
        first = members[0].unit
        name = f"{id}:{first.target.id}"
        rows = [row(one, addresses[one.unit.place]) for one in members] if first.target.send.rows else []
        return Parcel(name, name, data, content_type(first.target), addresses[first.place], self.claim.epoch, tuple(rows))

    def _addresses(self, members: list[Ready]) -> dict[tuple[int, int], Any]:
        """Of the first, or of each where they are rows."""
        found: dict[tuple[int, int], Any] = {}
        while members and len(found) < (len(members) if members[0].unit.target.send.rows else 1):
            one = members[len(found)]
            try:
                found[one.unit.place] = one.unit.target.send.prepare(one.message)
            except (MessageError, ExpressionError) as error:
                self._out(members, one, error)
        return found

    def _encoded(self, members: list[Ready]) -> bytes:
        """One that cannot stand beside the first, which says what the columns are, is taken out."""
        while members:
            first = members[0]
            try:
                return whole(first.unit.target, [one.body for one in members])
            except MessageError as error:
                faults = [(one, fault(first, one)) for one in members]
                for one, why in [(one, why) for one, why in faults if why is not None] or [(first, error)]:
                    self._out(members, one, why)
        return b""

    def _out(self, members: list[Ready], one: Ready, error: MessageError | ExpressionError) -> None:
        members.remove(one)
        self._dead(one.unit, error if isinstance(error, MessageError) else MessageError("send", error.error, error.reason))

    # --- how it ended ---
    def _arrived(self, sending: Sending, outcomes: list[Outcome]) -> None:
        if not sending.array:
            super()._arrived(sending, outcomes)
            return
        [parcel], [outcome] = sending.parcels, outcomes
        if sending.before is not None:
            self._instead(sending, parcel, outcome)
            return
        self.ended.beat(outcome, sending.probe)
        unknown = [n for n in outcome.failed if n >= len(sending.units)]
        if unknown:
            reason = f"collect.failed names member {unknown[0]} of an array of {len(sending.units)}"
            outcome = replace(outcome, error="refused", reason=reason)
        if outcome.ok:
            self._whole(sending, parcel, outcome)
        else:
            self._refused(sending, parcel, outcome)

    def _whole(self, sending: Sending, parcel: Parcel, outcome: Outcome) -> None:
        """It arrived, but for the members that were refused, each with a row of its own."""
        refused = set(outcome.failed)
        for n, unit in enumerate(sending.units):
            shown = outcome if n == 0 else replace(outcome, response=outcome.response[:ANSWER_KEPT], undo=None)
            if n in refused:
                reason = f"the answer refuses member {n} of an array of {len(sending.units)}"
                self._one_refused(sending, unit, replace(shown, error="refused", reason=reason, undo=None))
            else:
                self._delivered(unit, shown, sending.way, False)
        self._end(sending)

    def _one_refused(self, sending: Sending, unit: Unit, why: Outcome) -> None:
        tried = self._tried(unit, why, sending)
        if not (tried.dead and self._falls(unit, why)):
            self._failed(unit, self._alone(unit), tried, False)

    def _refused(self, sending: Sending, parcel: Parcel, outcome: Outcome) -> None:
        """It failed as a whole: the same again, or all are dead, or all go to the fallback."""
        tried = self._tried(sending.units[0], outcome, sending)
        if tried.dead and self.fallbacks.take_array(sending.units, parcel, outcome, sending.array):
            return
        for n, unit in enumerate(sending.units):
            if tried.dead and self._falls(unit, outcome):
                continue
            mine = replace(tried, number=number_of(unit))
            if n:
                mine = replace(mine, outcome=replace(tried.outcome, response=tried.outcome.response[:ANSWER_KEPT]))
            self._failed(unit, self._alone(unit), mine, False, sending.array)
        self._end(sending, tried.verdict.next_at)

    def _instead(self, sending: Sending, parcel: Parcel, outcome: Outcome) -> None:
        """The fallback took all, or each is tried there again by itself."""
        for unit in sending.units:
            self._one(replace(sending, array=""), unit, self._alone(unit) if not outcome.ok else b"", outcome)
        self._end(sending)

    def _end(self, sending: Sending, next_at: int | None = None) -> None:
        self.ended.arrays.append(ArrayEnd(sending.array, next_at))
        if next_at is None:
            self.taken -= {unit.place for unit in sending.units}

    def _alone(self, unit: Unit) -> bytes:
        """What would be sent of this member alone, for the operator who looks at it."""
        try:
            found = for_sending(unit, after_route(unit), self.claim.epoch)
        except (BeforeTarget, MessageError):
            return b""
        return found.body if isinstance(found, Parcel) else b""

    async def _commit(self) -> None:
        ends = [end.id for end in self.ended.arrays]
        await super()._commit()
        self.flying.difference_update(ends)

    def _in_hand(self) -> list[Unit]:
        return [*super()._in_hand(), *(one.unit for one in self.ready)]


def content_type(target: Target) -> str:
    return codec_for(target, []).content_type


def row(one: Ready, address: Any) -> Member:
    unit = one.unit
    return Member(delivery_id(unit.stored.envelope.id, unit.target.id, unit.record), one.body, address)


def whole(target: Target, bodies: list[Any]) -> bytes:
    """One array. Texts that a template made as JSON are its items as they are. Raises EncodeError."""
    as_they_are = makes_json(target) and all(isinstance(body, str) for body in bodies)
    output = Joining(AsTheyAre() if as_they_are else codec_for(target, []))
    return output.add(bodies) + output.end()


def fault(first: Ready, one: Ready) -> MessageError | None:
    """Why one cannot stand behind the first in an array; None where it can."""
    try:
        whole(one.unit.target, [one.body] if one is first else [first.body, one.body])
    except MessageError as error:
        return error
    return None
