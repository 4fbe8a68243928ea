"""A shift: what a doorbell starts in a worker child. One loop that serves many lanes for up to ten seconds.

It looks for due lanes at each outcome commit, at each doorbell that it hears and at least every 20 ms; a send that waits
costs a coroutine, never the child. A lane lease is the real acknowledgement: whatever dies, its lanes come due again.

Answers that do not come must not keep the other targets waiting for the end of the shift: it goes into overtime for them,
which serves all but the connections that are late, and tries again to end every ten seconds. Another version of the
project ends it as its time does: who is late has no part in when the others are served by the new one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from router.collect import CollectServer
from router.deliver import LaneServer
from router.delivery.arrays import ArrayServer
from router.delivery.diverting import Diverting, DivertingArrays, diverts
from router.delivery.sending import Desk
from router.delivery.spool import SpoolServer
from router.errors import LedgerError
from router.hearing import Ear
from router.ledger import Claim
from router.ports import Bell
from router.processing.serving import ProcessServer
from router.route import Connection

LOOK_EVERY = 0.02
SHIFT = 10.0
GRACE = 0.2
"""Seconds for which all sends on their way are waited for at the end of a shift; nothing new is sent meanwhile."""
OVERTIME = 100.0
"""Seconds: the longest send, after which all answers have come that the shift waited for at first."""
RETURN_WITHIN, RETURN_EVERY = 20.0, 0.25
"""Seconds for which a shift at its end tries to give back lanes that it left for want of the ledger; and between two tries."""
DIVERT_EVERY = 2000
"""Milliseconds between two looks into a lane behind an open breaker."""
OVERDUE = 500
"""Milliseconds after which a lane may be taken beyond the fair share: nobody else seems to come."""
PROCESS_LEASE = 60.0
LEAST_LEASE = 30.0


@dataclass
class Shift:
    """`children` is how many worker children share the lanes of this host."""

    desk: Desk
    bell: Bell
    children: int = 1
    seconds: float = SHIFT
    patience: float = 1.0
    """Seconds for which a lane that will be due is waited for; beyond it the ticker rings."""
    look_every: float = LOOK_EVERY
    """Seconds between two looks for what is due while something is served."""
    return_within: float = RETURN_WITHIN
    ear: Ear = field(default_factory=Ear)
    serving: dict[tuple[str, int], asyncio.Task[None]] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)
    failing: dict[tuple[str, int], float] = field(default_factory=dict)
    over: bool = False
    unable: bool = False
    """The ledger could not be used."""
    _end: float = 0.0
    _last: float = 0.0
    """When it tries to end, and from when on it takes nothing more; seconds of the loop's clock."""

    async def run(self) -> int:
        """How many lanes were served. Ends when nothing is due, or after `seconds` when its sends have ended; what takes
        long is waited for in overtime. Where the ledger cannot be used it ends early: the ticker, which needs the ledger
        too, begins the next one."""
        loop = asyncio.get_running_loop()
        self._end = loop.time() + self.seconds
        self._last = self._end + OVERTIME
        stop = self.desk.stopping
        self.desk.stopping = lambda: stop() or self.over
        count, idle = 0, 0.0
        try:
            while True:
                self._tell_time(loop.time())
                rung = self.ear.listen()
                if not self.desk.stopping():
                    count += await self._try_look()
                if not self.serving:
                    idle = idle or loop.time()
                    if self.desk.stopping() or not await self._soon(self.patience - loop.time() + idle):
                        break
                    continue
                idle = 0.0
                done, _ = await asyncio.wait(
                    (*self.serving.values(), rung), timeout=self.look_every, return_when=asyncio.FIRST_COMPLETED
                )
                self._ended(done)
        finally:
            self.ear.close()
            self.desk.stopping = stop
            self.desk.late.clear()
        await self.desk.let_go()
        await self._give_back()
        if self.over and not self.unable and not stop():
            self.bell.ring()
        return count

    def _tell_time(self, now: float) -> None:
        """Over, or overtime."""
        busy = {connection.id for target, _ in self.serving if (connection := self._connection(target)) is not None}
        self.desk.late &= busy
        if self._end > now and self.desk.outdated():
            self._end = now
        if self.unable or now < self._end:
            return
        self.over = True
        if self._end + GRACE <= now < self._last:
            self.desk.late |= busy
            self.desk.retire()
            self.over, self._end = False, now + self.seconds

    async def _try_look(self) -> int:
        try:
            await self.desk.give_back()
            started = await self._look()
        except LedgerError as error:
            self.over = self.unable = True
            self.desk.outage.met(error.reason)
            return 0
        self.desk.outage.over()
        return started

    async def _give_back(self) -> None:
        """The next shift of this child may be long in coming, as others of the host are idle too, and nobody else can take
        these lanes until their leases are over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.return_within
        while self.desk.held:
            try:
                await self.desk.give_back()
            except LedgerError:
                if self.desk.stopping() or loop.time() > until:
                    return
                await asyncio.sleep(RETURN_EVERY)
            else:
                self.bell.ring()

    async def _soon(self, patience: float) -> bool:
        """Waits for a lane that is due before the ticker would ring again, such as a quick retry; whether there is one."""
        try:
            wait = self.desk.ledger.soon(int(patience * 1000)) if patience > 0 else None
        except LedgerError:
            return False
        if wait is None:
            return False
        await asyncio.sleep(min(wait / 1000, LOOK_EVERY))
        return True

    def _ended(self, done: set[asyncio.Future[None]]) -> None:
        for place, task in [(p, t) for p, t in self.serving.items() if t in done]:
            del self.serving[place]
            self.served[place[0]] = asyncio.get_running_loop().time()
            error = task.exception()
            if isinstance(error, MemoryError):
                raise error  # this process does nothing more: its mark says over what
            if error is not None:
                self.failing[place] = asyncio.get_running_loop().time() + 1.0
                self._say_failed(place, error)

    def _say_failed(self, place: tuple[str, int], error: BaseException) -> None:
        if self.desk.log is None:
            return
        foreseen = isinstance(error, LedgerError)
        say = self.desk.log.warning if foreseen else self.desk.log.error
        say("a lane could not be served", action="lane_failed", target=place[0], lane=place[1],
            reason=str(error) or type(error).__name__, exc_info=None if foreseen else error)  # fmt: skip

    async def _look(self) -> int:
        """Claims what is due: targets by turn, served longest ago first; inside a target the lane due longest."""
        self.desk.look()
        due = self.desk.ledger.due()
        if not due:
            return 0
        now = self.desk.ledger.now()
        table = self.desk.current
        by_target: dict[str, list[tuple[int, int]]] = {}
        for target, lane, since in due:
            if (target, lane) not in self.serving and self._known(target):
                by_target.setdefault(target, []).append((lane, since))
        started = left = 0
        probes: set[str] = set()
        for name in sorted(by_target, key=lambda t: self.served.get(t, 0.0)):
            connection = self._connection(name)
            if connection is not None and connection.id in self.desk.late:
                continue
            if connection is not None and self.desk.circuit(connection.id).state == "open":
                probes.add(connection.id)
                started += await self._divert(name, [lane for lane, _ in by_target[name]])
                continue
            mine = Counter(t for t, _ in self.serving)[name]
            for lane, since in by_target[name]:
                share = self._share(name)
                if mine >= share and now - since < OVERDUE:
                    left += 1
                    continue
                if await self._start(name, lane):
                    started, mine = started + 1, mine + 1
        for id in sorted(probes):
            started += await self._probe(table.connections[id])
        if left:
            self.bell.ring()
        return started

    def _known(self, name: str) -> bool:
        """Lanes of what is not in the current version are held."""
        route, _, target = name.partition(".")
        found = self.desk.current.routes.get(route)
        return found is not None and (not target or self._connection(name) is not None)

    def _connection(self, name: str) -> Connection | None:
        target = self.desk.current.target(name)
        return self.desk.current.connections.get(target.send.connection) if target is not None else None

    def _share(self, name: str) -> int:
        target = self.desk.current.target(name)
        lanes = target.lanes if target is not None else self.desk.current.routes[name.partition(".")[0]].lanes
        return -(-lanes // max(1, self.children))

    async def _start(self, name: str, lane: int, probing: bool = False, diverting: bool = False) -> bool:
        place = (name, lane)
        loop = asyncio.get_running_loop()
        if self.failing.get(place, 0.0) > loop.time():
            return False
        connection = self._connection(name)
        lease = max(LEAST_LEASE, self._longest(name, connection) + 10) if connection is not None else PROCESS_LEASE
        claim = await self.desk.write(self.desk.ledger.claim, name, lane, self.desk.owner, lease)
        if claim is None:
            return False
        self.serving[place] = asyncio.create_task(self._serve(claim, connection, probing, diverting))
        return True

    def _longest(self, name: str, connection: Connection) -> float:
        """The longest that one send of a target takes, to its fallback too."""
        target = self.desk.current.target(name)
        send = target.fallback if target is not None else None
        other = self.desk.current.connections.get(send.connection) if send is not None else None
        return max(connection.timeout, other.timeout if other is not None else 0.0)

    async def _divert(self, name: str, lanes: list[int]) -> int:
        """Lanes of a target whose breaker is open, for what is to go to its fallback by now."""
        target, now, started = self.desk.current.target(name), self.desk.ledger.now(), 0
        for lane in lanes if target is not None and diverts(self.desk, target) else ():
            if now - self.desk.diverted.get((name, lane), 0) >= DIVERT_EVERY:
                self.desk.diverted[name, lane] = now
                started += await self._start(name, lane, diverting=True)
        return started

    async def _serve(self, claim: Claim, connection: Connection | None, probing: bool, diverting: bool) -> None:
        try:
            await self._serve_by_kind(claim, connection, probing, diverting)
        except Exception:
            self.desk.held.append(claim)
            raise

    async def _serve_by_kind(
        self, claim: Claim, connection: Connection | None, probing: bool, diverting: bool
    ) -> None:
        target = self.desk.current.target(claim.target)
        if target is None or connection is None:
            await ProcessServer(self.desk, claim).serve()
        elif diverting:
            server = DivertingArrays if target.gather is not None else Diverting
            await server(self.desk, claim, target, connection).serve()
        elif target.collect == "message" and target.send.kind != "folder":
            await SpoolServer(self.desk, claim, target, connection, probing).serve()
        elif target.collect == "message":
            await CollectServer(self.desk, claim, target, connection, probing).serve()
        elif target.gather is not None:
            await ArrayServer(self.desk, claim, target, connection, probing).serve()
        else:
            await LaneServer(self.desk, claim, target, connection, probing).serve()

    async def _probe(self, connection: Connection) -> int:
        """One send of an open connection whose time has come. Targets take turns: one that is sick keeps the breaker open
        for others only until theirs."""
        circuit = self.desk.circuit(connection.id)
        now = self.desk.ledger.now()
        if circuit.until > now or circuit.probe_until > now:
            return 0
        names = sorted(self.desk.current.sent_to(connection.id), key=lambda name: self.desk.probed.get(name, float("-inf")))
        lease = connection.timeout + 10
        place = await self.desk.write(self.desk.ledger.take_probe, connection.id, names, self.desk.owner, lease)
        if place is None:
            return 0
        if await self._start(place[0], place[1], probing=True):
            self.desk.probed[place[0]] = asyncio.get_running_loop().time()
            return 1
        await self.desk.write(self.desk.ledger.drop_probe, connection.id, self.desk.owner)
        return 0
