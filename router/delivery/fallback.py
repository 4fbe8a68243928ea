"""Fallbacks: deliveries that their own target has given up, on their way to where they go instead."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from router.delivery.outcomes import Ended
from router.delivery.sending import Desk, Way
from router.delivery.units import BeforeTarget, Unit, after_route, for_sending
from router.errors import MessageError
from router.ports import Outcome, Parcel

BY_FALLBACK = "by fallback to"
GIVEN_UP = Outcome(reason="its own target had given it up")


@dataclass(frozen=True, slots=True)
class Falling:
    """Units in one parcel for the fallback. `before` is how their own target ended it; `array` what they were part of."""

    units: list[Unit]
    parcel: Parcel
    before: Outcome
    array: str = ""


class Fallbacks:
    """Those of one lane, in the order in which they were given up."""

    def __init__(self, desk: Desk, epoch: int) -> None:
        self._desk = desk
        self._epoch = epoch
        self._falling: deque[Falling] = deque()

    def __bool__(self) -> bool:
        return bool(self._falling)

    def units(self) -> list[Unit]:
        return [unit for one in self._falling for unit in one.units]

    def take(self, unit: Unit, before: Outcome) -> bool:
        """Whether there is a fallback and it can get the unit; it is on its way then."""
        parcel = self._parcel(unit)
        if parcel is not None:
            self._falling.append(Falling([unit], parcel, before))
        return parcel is not None

    def take_array(self, units: list[Unit], parcel: Parcel, before: Outcome, array: str) -> bool:
        """The same for an array: its bytes stay what they are. Where each is a row of a table they go one by one."""
        send = units[0].target.fallback
        first = self._parcel(units[0]) if send is not None and not send.rows else None
        if first is not None:
            self._falling.append(Falling(units, replace(parcel, address=first.address), before, array))
        return first is not None

    def _parcel(self, unit: Unit) -> Parcel | None:
        send = unit.target.fallback
        if send is None or self.way(unit) is None:
            return None
        self._desk.mark(unit.mark)
        try:
            found = for_sending(unit, after_route(unit), self._epoch, send)
        except (BeforeTarget, MessageError):
            found = None
        self._desk.mark(0)
        return found if isinstance(found, Parcel) else None

    def way(self, unit: Unit) -> Way | None:
        """The fallback's connection as it is now; None where the current version has none of that kind."""
        send = unit.target.fallback
        connection = self._desk.current.connections.get(send.connection) if send is not None else None
        if send is None or connection is None or connection.type not in (send.kind, "fake"):
            return None
        return Way(connection, self._desk.target(connection, send.kind))

    def put_back(self, units: list[Unit], parcel: Parcel, before: Outcome, array: str) -> None:
        """What was not sent after all."""
        self._falling.appendleft(Falling(units, parcel, before, array))

    def hand_over(self, ended: Ended) -> None:
        """What has not been sent, at the end: it must not be forgotten that its own target has given it up."""
        for one in self._falling:
            ended.given_up(one.units, one.before, self._desk.ledger.now(), one.array)
        self._falling.clear()

    def next(self) -> tuple[Falling, Way, int] | None:
        """The next one with its way and a slot there; None where there is none, or none is free."""
        while self._falling:
            way = self.way(self._falling[0].units[0])
            if way is None:
                self._falling.popleft()  # nothing was committed: its own target is tried again
                continue
            slot = self._desk.slot(way.connection)
            return None if slot is None else (self._falling.popleft(), way, slot)
        return None


def by_fallback(outcome: Outcome, before: Outcome, way: Way) -> Outcome:
    """The outcome with both reasons."""
    if outcome.ok:
        return replace(outcome, reason=f"{BY_FALLBACK} {way.connection.id}: {before.reason}")
    return replace(outcome, reason=f"fallback to {way.connection.id}: {outcome.reason}; before: {before.reason}")
