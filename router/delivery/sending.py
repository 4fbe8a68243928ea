"""What the lanes of one worker child share: open connections, slots, rates, breakers, and the one thread that writes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from router.ledger import Circuit, Claim, Ledger
from router.outage import Outage
from router.ports import Target as OpenTarget
from router.processing.records import RecordReader
from router.route import Connection, Table

T = TypeVar("T")
P = ParamSpec("P")
S = TypeVar("S", bound="Computes")
AHEAD = 1.0
"""Seconds of a connection's rate that are given out in advance."""


class Slots(Protocol):
    """How many sends of a connection may be in flight on this host, over all children."""

    def take(self, connection: str, limit: int) -> int | None:
        """A slot, or None where all are taken."""

    def give(self, connection: str, slot: int) -> None: ...


class Rates(Protocol):
    """How many sends a second a connection may get, from all hosts together."""

    async def take(self, connection: str, rate: float, count: int) -> float:
        """Seconds to wait before the last of these sends: they are counted already. Never raises, and answers soon."""


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of our own; `adapter` writes files into it, one out of many records."""

    folder: Path
    adapter: Any


@dataclass(frozen=True, slots=True)
class Way:
    """Where sends go: a connection and what this child has open to it."""

    connection: Connection
    adapter: OpenTarget

    @property
    def batch(self) -> int:
        """How many go in one call: no more than its rate allows in a second, which would be a burst."""
        rate = self.connection.rate
        return self.adapter.batch if rate is None else max(1, min(self.adapter.batch, int(rate)))


@dataclass
class Desk:
    """Everything a lane needs beside its own work."""

    ledger: Ledger
    table: Callable[[int], Table]
    """A version; 0 is the current one."""
    open_target: Callable[[Connection, str], OpenTarget]
    slots: Slots
    rates: Rates
    mark: Callable[[int], None]
    reader: RecordReader
    isolate: Callable[[Callable[[], Any]], str | None]
    """Runs something in a process of its own: None, or how that process died."""
    owner: str
    stopping: Callable[[], bool]
    chance: random.Random = field(default_factory=random.Random)
    spool: Spool | None = None
    """Where outputs are collected that no folder takes."""
    circuits: dict[str, Circuit] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    """Since when breakers have been open, probes that failed included, in epoch milliseconds: as this child saw it."""
    diverted: dict[tuple[str, int], int] = field(default_factory=dict)
    """When lanes behind open breakers were last looked at for what is to go to the fallback, in epoch milliseconds."""
    probed: dict[str, float] = field(default_factory=dict)
    """When a probe of a target was last begun, in seconds of the loop's clock."""
    held: list[Claim] = field(default_factory=list)
    """Lanes that were left without giving them back, as when the ledger could not be reached."""
    turns: dict[str, float] = field(default_factory=dict)
    """When the last send that was counted may go, by connection, in seconds of the loop's clock."""
    late: set[str] = field(default_factory=set)
    """Connections whose answers the shift waits for beyond its time: no more is sent to them until they have come."""
    log: Any = None
    longest_nap: float = 0.25
    """Seconds between two looks for what joins an array."""
    outdated: Callable[[], bool] = lambda: False
    """Whether another version is the current one by now than `table` says. Cheap."""
    follow: Callable[[], bool] = lambda: False
    """Makes it the one; whether connections may have changed."""
    exhausted: Callable[[], None] = lambda: None
    """Ends the process, which has no memory left: its mark says over what."""

    def __post_init__(self) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self.outage = Outage(self.log)
        self._targets: dict[str, OpenTarget] = {}
        self._retired: list[OpenTarget] = []

    @property
    def current(self) -> Table:
        return self.table(0)

    def halts(self, connection: Connection) -> bool:
        """Whether no new send to it may start now."""
        return connection.id in self.late or self.stopping()

    async def write(self, function: Callable[..., T], *args: Any) -> T:
        """A ledger transaction, beside the event loop; they run one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, function, *args)

    def target(self, connection: Connection, kind: str) -> OpenTarget:
        if connection.id not in self._targets:
            self._targets[connection.id] = self.open_target(connection, kind)
        return self._targets[connection.id]

    def slot(self, connection: Connection) -> int | None:
        """For one more send. None where too many are in flight, or where those that wait for their turn by the rate will
        do for the next second: sends that wait long would hold up the end of a shift and a pause."""
        if self.turns.get(connection.id, 0.0) > asyncio.get_running_loop().time() + AHEAD:
            return None
        return self.slots.take(connection.id, connection.in_flight)

    async def turn(self, connection: Connection, count: int) -> float:
        """Counts sends against the rate; when the last of them may go, in seconds of the loop's clock."""
        if connection.rate is None:
            return 0.0
        wait = await self.rates.take(connection.id, connection.rate, count)
        at = asyncio.get_running_loop().time() + wait
        self.turns[connection.id] = max(at, self.turns.get(connection.id, 0.0))
        return at

    def look(self) -> None:
        """Reads the breakers."""
        self.circuits, now = self.ledger.circuits(), self.ledger.now()
        self.opened = {id: self.opened.get(id, now) for id, found in self.circuits.items() if found.state == "open"}

    async def give_back(self) -> None:
        """Nobody has to wait for the ends of their leases. Whoever has such a lane by now keeps it: the fence sees to that."""
        while self.held:
            claim = self.held[0]
            await self.write(self.ledger.release, claim)
            self.held.remove(claim)  # others may have been left meanwhile

    def circuit(self, connection: str) -> Circuit:
        return self.circuits.get(connection) or Circuit(connection, "closed", 0, 0, 0)

    def retire(self) -> None:
        """What is sent from now on goes by the connections of the new version; what is on its way comes back by the old."""
        if self.follow():
            self._retired.extend(self._targets.values())
            self._targets.clear()

    async def reopen(self) -> None:
        """Between two shifts: connections may have changed with the version."""
        self._retired.extend(self._targets.values())
        self._targets.clear()
        await self.let_go()

    async def let_go(self) -> None:
        """Of what nothing is sent by any more."""
        while self._retired:
            await self._retired.pop().close()

    async def close(self) -> None:
        await self.reopen()
        self._writer.shutdown(wait=True)


class Pace:
    """Lets the event loop breathe: every few milliseconds of computing, other lanes get their turn."""

    def __init__(self, slice_: float = 0.005) -> None:
        self._slice = slice_
        self._since = 0.0

    async def __call__(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._since > self._slice:
            await asyncio.sleep(0)
            self._since = loop.time()


class Computes(Protocol):
    desk: Desk


def or_exhausted(
    step: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """For what computes in a lane. Without memory it ends at once: what other lanes did meanwhile would overwrite the mark,
    and the error keeps alive what took the memory."""

    @wraps(step)
    async def guarded(self: S, /, *args: P.args, **names: P.kwargs) -> T:
        try:
            return await step(self, *args, **names)
        except MemoryError:
            self.desk.exhausted()
            raise

    return guarded
