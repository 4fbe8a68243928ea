"""Behind an open breaker: deliveries whose time at their own target is over go to its fallback without a try of their own.

For a target that has a fallback the time of `retry` runs on while its breaker is open: from the first failed try, or from
when the breaker opened or the message came after that. A probe, when it is due, goes before them.
"""

from __future__ import annotations

from router.deliver import COMMIT_COUNT, LaneServer
from router.delivery.arrays import ArrayServer
from router.delivery.flights import Sending
from router.delivery.sending import Desk, or_exhausted
from router.delivery.units import Unit
from router.ports import Outcome
from router.route import Target


class Diverting(LaneServer):
    """Serves one claimed lane for as long as it begins with deliveries whose time is over; sends nothing to the target."""

    def _may_start(self) -> bool:
        if self.lost or self.halted or self.claim.paused or self.desk.halts(self.connection):
            return False
        return diverts(self.desk, self.target)

    def _issue(self) -> Unit | None:
        while (unit := super()._issue()) is not None and not self._over(unit):
            if unit.parked is None:
                self.halted = True  # those behind it came later
                return None
        return unit

    def _over(self, unit: Unit) -> bool:
        if unit.given_up:
            return True
        parked, now = unit.parked, self.desk.ledger.now()
        came = int(unit.stored.envelope.received_at.timestamp() * 1000)
        since = max(came, self.desk.opened.get(self.connection.id, now))
        if parked is not None and parked.attempt:
            since = min(since, parked.first_at)
        policy = (self.desk.current.target(self.target.name) or self.target).retry
        return now - since >= policy.for_ * 1000

    @or_exhausted
    async def _fill(self) -> bool:
        """No slot of the target's own is needed: those may be taken for long, which is why the breaker is open."""
        happened = await self._fall()
        while self._may_start() and not self.fallbacks and self.ended.count < COMMIT_COUNT:
            sending = await self._load(0)
            if sending is None:
                break
            happened = True
            self._divert(sending)
            await self._fall()
            await self.pace()
        return happened

    def _divert(self, sending: Sending) -> None:
        seconds = (self.desk.ledger.now() - self.desk.opened.get(self.connection.id, 0)) // 1000
        before = Outcome("connect", f"the breaker of {self.connection.id} has been open for {seconds} s")
        if sending.array and self.fallbacks.take_array(sending.units, sending.parcels[0], before, sending.array):
            return
        for unit in sending.units:
            # What the fallback cannot get stays where it is.
            self.halted = not self._falls(unit, before) or self.halted


class DivertingArrays(Diverting, ArrayServer):
    """The same where deliveries go in arrays: those that were stored go as they are."""


def diverts(desk: Desk, target: Target) -> bool:
    """Whether something of a target may go to its fallback for the sake of its time."""
    if target.fallback is None or target.fallback.connection not in desk.current.connections:
        return False
    circuit = desk.circuit(target.send.connection)
    return circuit.state == "open" and circuit.until > desk.ledger.now()
