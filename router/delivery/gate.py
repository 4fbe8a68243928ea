"""Whether a lane may send to its connection: as the breaker stands, and as the sends say that are not committed yet."""

from __future__ import annotations

from router.delivery.outcomes import Ended
from router.delivery.sending import Desk
from router.delivery.telling import look
from router.ledger import Pulse
from router.route import Connection


class Gate:
    """Of one lane. `probing`: it has the one send that is let through an open breaker, until that is judged well."""

    def __init__(self, desk: Desk, connection: Connection, probing: bool) -> None:
        self.probing = probing
        self._desk, self._connection = desk, connection

    def open(self, ended: Ended, flying: bool) -> bool:
        """`ended` is since the last commit; `flying`: something is on its way."""
        if self.probing:
            return not flying and ended.probe is None
        return self._desk.circuit(self._connection.id).state == "closed" and not self.trips(ended)

    def trips(self, ended: Ended) -> bool:
        """Whether the failures since the last commit will open the breaker: then no more are started."""
        before = 0 if ended.reset else self._desk.circuit(self._connection.id).failures
        return ended.failures > 0 and before + ended.failures >= self._connection.breaker.open_after

    def judged(self, pulse: Pulse | None, trouble: str) -> bool:
        """After the commit that told the ledger; `trouble`: what failed last. False where the lane's probe failed, and nothing
        more may start."""
        if pulse is None or not (pulse.failures or pulse.probe is not None):
            return True
        look(self._desk, self._connection, trouble)
        self.probing = self.probing and not pulse.probe
        return pulse.probe is not False
