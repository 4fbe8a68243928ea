"""Packing: what is computed of a unit right before it is sent, each step marked for the one who counts crashes."""

from __future__ import annotations

from router.delivery.outcomes import Ended
from router.delivery.sending import Desk
from router.delivery.units import LETHAL, BeforeTarget, Unit, after_route, for_sending
from router.errors import MessageError
from router.message import Message
from router.pipeline import Filtered
from router.ports import Parcel
from router.route import Send


class Packer:
    """Makes messages and parcels of units. What a unit dies of is never raised: it is told to `ended`, or returned."""

    def __init__(self, desk: Desk, epoch: int) -> None:
        self._desk = desk
        self._epoch = epoch

    def message(self, unit: Unit, ended: Ended) -> Message | None:
        """Decode and the route's steps; None where it ended there."""
        if unit.crashes >= LETHAL - 1 and not self._survives(unit, ended):
            return None
        if unit.too_late(self._desk.ledger.now()):
            ended.late(unit)
            return None
        self._desk.mark(unit.mark)
        try:
            message = after_route(unit)
        except BeforeTarget as dead:
            ended.dead_for_all(unit, dead.error)
            message = None
        # Not in `finally`: what runs out of memory leaves its mark for the one who counts crashes.
        self._desk.mark(0)
        return message

    def _survives(self, unit: Unit, ended: Ended) -> bool:
        """A unit whose computing crashed two children runs once alone; a third death is its end."""
        reason: str | None = unit.crash
        if unit.crashes < LETHAL:
            reason = self._desk.isolate(lambda: for_sending(unit, after_route(unit), self._epoch))
        if reason is None:
            return True
        ended.dead_for_all(unit, MessageError("decode", "crash", f"crashed the worker ({reason})"))
        return False

    def parcel(self, unit: Unit, message: Message, send: Send | None = None) -> Parcel | Filtered | MessageError:
        """What one send gets, or how the target's own steps ended. `send` is another one than the target's."""
        self._desk.mark(unit.mark)
        found: Parcel | Filtered | MessageError
        try:
            found = for_sending(unit, message, self._epoch, send)
        except MessageError as error:
            found = error
        self._desk.mark(0)
        return found
