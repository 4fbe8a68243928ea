"""One test played: its messages come in, the product's own use cases do the rest, the clock jumps to whatever is due."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.bodies import landed
from adapters.inbound.folder.take import identity_of
from adapters.ledger.memory import MemoryLedger
from adapters.outbound.folder.target import FolderTarget
from adapters.outbound.route.target import RouteTarget
from adapters.testing.outside import Call, Outside, PassingOn, ScriptedTarget
from adapters.testing.simulated import SimulatedClock, SimulatedLoop
from adapters.web.ledger_results import LedgerResults
from adapters.web.results import Result
from router.browse import DeadLetter, MessageQuery, MessageView, Selection
from router.delivery.sending import Desk, Spool
from router.ledger import Arrival, Receipt
from router.message import Envelope, File, new_id
from router.ports import Target as OpenTarget
from router.processing.records import RecordReader
from router.receive import Receiver
from router.route import Connection, Route, Table
from router.shift import Shift
from router.testing.case import Given, RouteTest
from transforms.codecs.plain import read_json

MOST_CALLS, MOST_SECONDS, MOST_ROUNDS = 10_000, 400 * 86_400.0, 20_000
LONGEST_NAP = 60.0
"""Seconds between two looks for what joins an array: all that comes in at one time is there at the first one."""
FAR = 10**15
"""Milliseconds: further than anything is due."""


@dataclass(slots=True)
class Played:
    """What came of a test. `receipts` and `arrivals` are those of the given messages; `views` are of all messages, the
    given ones first."""

    arrivals: list[Arrival]
    receipts: list[Receipt]
    views: list[MessageView]
    calls: list[Call]
    letters: list[DeadLetter]
    elapsed: float
    results: list[Result | None] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    unfinished: bool = False


class Level(random.Random):
    """Chance that is always in the middle: waits are as long as the policy says."""

    def random(self) -> float:
        return 0.5


class Slots:
    """Sends in flight, by connection."""

    def __init__(self) -> None:
        self._busy: dict[str, set[int]] = {}

    def take(self, connection: str, limit: int) -> int | None:
        busy = self._busy.setdefault(connection, set())
        free = next((n for n in range(limit) if n not in busy), None)
        if free is not None:
            busy.add(free)
        return free

    def give(self, connection: str, slot: int) -> None:
        self._busy[connection].discard(slot)


class Rates:
    """Sends a second, by the simulated clock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}

    async def take(self, connection: str, rate: float, count: int) -> float:
        now = self._clock.elapsed
        at = max(now, self._next.get(connection, 0.0))
        self._next[connection] = at + count / rate
        return at - now


class Bell:
    def ring(self) -> None:
        return


class Log:
    """Errors of our own would end a lane unseen."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def error(self, event: str, **fields: Any) -> None:
        self._said.append(f"{event}: {fields.get('reason') or fields.get('error') or fields}")

    def warning(self, event: str, **fields: Any) -> None:
        return

    info = warning


@dataclass
class Stage:
    """Where tests are played one after the other: a ledger in memory that is empty before each."""

    folder: Path
    clock: SimulatedClock
    ledger: MemoryLedger
    empty: bytes

    def clear(self, start: int) -> None:
        self.clock.start, self.clock.elapsed = start, 0.0
        self.ledger.restore(self.empty)


@contextmanager
def staged() -> Iterator[Stage]:
    with TemporaryDirectory(prefix="crossdock-test-") as folder:
        clock = SimulatedClock(0)
        ledger = MemoryLedger(Path(folder) / "blobs", clock)
        try:
            yield Stage(Path(folder), clock, ledger, ledger.image())
        finally:
            ledger.close()


def play(stage: Stage, test: RouteTest, table: Table) -> Played:
    """The table's addresses know whose they are (`outside.addressed`)."""
    stage.clear(test.start)
    play = Play(stage, test, table)
    loop = SimulatedLoop(stage.clock)
    try:
        loop.run_until_complete(play.run())
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
    return play.played()


class Play:
    """One test on its way."""

    def __init__(self, stage: Stage, test: RouteTest, table: Table) -> None:
        self.stage, self.test, self.table = stage, test, table
        self.clock, self.ledger = stage.clock, stage.ledger
        self.outside = Outside(test.replies, self.clock)
        self.receiver = Receiver(self.ledger, Bell())
        self.arrivals: list[Arrival] = []
        self.receipts: list[Receipt] = []
        self.results: list[Result | None] = []
        self.unforeseen: list[str] = []
        self.unfinished = False
        self.reader = RecordReader(read_json)
        spool = stage.folder / "spool"
        self.desk = Desk(
            self.ledger, lambda version: table, self.open_target, Slots(), Rates(self.clock), lambda mark: None, self.reader,
            lambda work: None, "test/1/1", lambda: False, Level(), log=Log(self.unforeseen),
            spool=Spool(spool, FolderTarget(spool)), longest_nap=LONGEST_NAP,
        )  # fmt: skip

    def open_target(self, connection: Connection, kind: str) -> OpenTarget:
        if kind == "route":
            adapter = RouteTarget(self.receiver, lambda: self.table, self.ledger.blob, now=self.now)
            return PassingOn(adapter, self.outside)
        return ScriptedTarget(connection, self.outside)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now() / 1000, UTC)

    async def run(self) -> None:
        at = 0.0
        for given in self.test.given:
            if given.wait:
                at += given.wait
                await self.settle(at)
                self.clock.elapsed = max(self.clock.elapsed, at)
            await self.accept(given)
        await self.settle()
        await self.desk.close()

    async def accept(self, given: Given) -> None:
        route = self.table.routes[self.test.route]
        envelope, sha256, writer = landed(envelope_of(route, given, self.now()), self.ledger.blob)
        arrival = self.receiver.admit(route, envelope, sha256)
        if route.source.kind == "folder":
            once = identity_of(route, envelope, arrival.sha256, self.table.keep.messages)
            arrival = replace(arrival, once=arrival.once + once)
        self.receipts.extend(self.receiver.store([arrival]))
        self.arrivals.append(arrival)
        if writer is not None:
            writer.close()
        if arrival.deadline is not None:
            self.results.append(await self.waited(route, arrival.deadline))

    async def waited(self, route: Route, deadline: int) -> Result | None:
        """What the caller gets who waits for the target's answer; None where it comes too late."""
        results, seq, target = LedgerResults(self.ledger, Bell()), self.receipts[-1].seq, route.targets[0].name
        patience = (deadline - self.clock.start) / 1000
        await self.settle(patience)
        result = results.result(seq, target)
        if result.state != "open":
            return None if self.answered_at(self.receipts[-1].id) > patience else result
        self.clock.until(deadline)
        return None if results.late(seq, target) == "late" else results.result(seq, target)

    def answered_at(self, message: str) -> float:
        """When the last call for that message ended: one that was in flight when its caller was told 504 is finished."""
        return max((call.until for call in self.outside.calls if call.delivery.startswith(f"{message}:")), default=0.0)

    async def settle(self, until: float | None = None) -> None:
        """Works until nothing is due any more, or not before that time."""
        end = None if until is None else self.clock.start + int(until * 1000)
        for _ in range(MOST_ROUNDS):
            await Shift(self.desk, Bell(), seconds=3600.0, patience=0.0, look_every=1.0).run()
            if self.unforeseen or len(self.outside.calls) > MOST_CALLS or self.clock.elapsed > MOST_SECONDS:
                break
            at = self.next_due()
            if at is None or (end is not None and at > end):
                return
            self.clock.until(at)
            await asyncio.sleep(0)
        self.unfinished = True

    def next_due(self) -> int | None:
        """When something can go on, as an epoch time in milliseconds; None: never."""
        now = self.clock.now()
        soon = self.ledger.soon(FAR - now)
        times = [] if soon is None else [now + soon]
        circuits = self.ledger.circuits()
        for name, _, _ in self.ledger.due():
            target = self.table.target(name)
            circuit = circuits.get(target.send.connection) if target is not None else None
            times.append(max(now + 1, circuit.until if circuit is not None else 0))
        return min(times, default=None)

    def played(self) -> Played:
        given = [arrival.envelope.id for arrival in self.arrivals]
        views = {view.id: view for view in self.ledger.find_messages(MessageQuery())}
        others = sorted((view for id, view in views.items() if id not in given), key=lambda view: view.seq)
        last = max((call.until for call in self.outside.calls), default=0.0)
        return Played(
            self.arrivals, self.receipts, [*(views[id] for id in given), *others], self.outside.calls,
            list(self.ledger.dead_letters(Selection())), last, self.results, self.unforeseen, self.unfinished,
        )  # fmt: skip


def envelope_of(route: Route, given: Given, now: datetime) -> Envelope:
    """A message as its source makes it."""
    file = File(given.name, len(given.raw)) if given.name and route.source.kind == "folder" else None
    return Envelope(
        new_id(), route.id, route.source.name, now, given.raw, None, len(given.raw), given.content_type, given.headers,
        given.params, given.client, file,
    )  # fmt: skip
