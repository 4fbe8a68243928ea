"""The outside as a test scripts it: what is called stands in a list, what is answered comes from the script."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.outbound.folder.naming import numbered, requeue_name
from adapters.outbound.folder.place import NameTaken
from adapters.outbound.sql.address import job_of
from adapters.outbound.sql.session import Refused
from adapters.testing.replying import answered, request_headers
from adapters.testing.simulated import SimulatedClock
from router.ledger import FileOut
from router.ports import Outcome, Parcel
from router.ports import Target as OpenTarget
from router.route import Connection, Send, Table, Target
from router.testing.case import FALLBACK, Reply, Script

OK = Reply()


@dataclass(frozen=True, slots=True)
class Addressed:
    """An address that knows which target it is of; `address` is what the adapter made."""

    target: str
    address: Any


def addressed(table: Table) -> Table:
    """The table, with every address made so."""

    routes = {id: replace(route, targets=tuple(map(of_target, route.targets))) for id, route in table.routes.items()}
    return replace(table, routes=routes)


def of_target(target: Target) -> Target:
    instead = of_send(target.fallback, target.name + FALLBACK) if target.fallback is not None else None
    return replace(target, send=of_send(target.send, target.name), fallback=instead)


def of_send(send: Send, name: str) -> Send:
    prepare = send.prepare
    return replace(send, prepare=lambda message: Addressed(name, prepare(message)))


@dataclass(slots=True)
class Call:
    """One call of the outside. Times are seconds since the test began; `body` is what arrived there: bytes, or the rows of
    a table. `headers` have lower-case names."""

    target: str
    delivery: str
    at: float
    body: Any
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    address: Any = None
    until: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)


@dataclass
class Outside:
    """All systems of one test."""

    scripts: Mapping[str, Script]
    clock: SimulatedClock
    calls: list[Call] = field(default_factory=list)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    """Names in folders, by connection, with the delivery that has each."""
    written: dict[str, bytearray] = field(default_factory=dict)
    """Collected files in the making."""
    used: dict[str, Iterator[Reply]] = field(default_factory=dict)

    def reply(self, target: str) -> Reply:
        """The next one of a target's script."""
        if target not in self.scripts:
            return OK
        script = self.scripts[target]
        replies = self.used.setdefault(target, iter(script.replies))
        return next(replies, script.after)

    def begin(self, parcel: Parcel, body: Any, headers: Mapping[str, str]) -> Call:
        to: Addressed = parcel.address
        now = self.clock.elapsed
        call = Call(to.target, parcel.delivery_id, now, body, parcel.content_type, headers, to.address, now)
        self.calls.append(call)
        return call

    def name(self, connection: str, address: Any, delivery: str) -> str:
        """The name that a file gets. Raises NameTaken."""
        names = self.taken.setdefault(connection, {})
        for name in numbered(address.name):
            if address.exists == "replace" or names.get(name, delivery) == delivery:
                names[name] = delivery
                return name
            if address.exists != "suffix":
                raise NameTaken(errno.EEXIST, "another file has this name", name)
        raise AssertionError("numbers end")


class ScriptedTarget:
    """A connection to a system that is not there."""

    batch = 1

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self.connection, self.outside = connection, outside

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        return [await self._one(parcel) for parcel in parcels]

    async def _one(self, parcel: Parcel) -> Outcome:
        to: Addressed = parcel.address
        plain = unwrapped(parcel)
        kind = self.connection.type
        try:
            body = rows_of(plain) if kind == "sql" else parcel.body
        except Refused as error:
            return Outcome("refused", error.reason)
        headers = {name.lower(): text for name, text in request_headers(self.connection, plain).items()}
        call = self.outside.begin(parcel, body, headers)
        reply = self.outside.reply(to.target)
        if reply.error == "timeout":
            await asyncio.sleep(self.connection.timeout)
        outcome = answered(self.connection, plain, reply, self.outside.clock)
        if outcome.ok and kind == "folder":
            outcome = self._named(plain, outcome)
        call.until, call.outcome = self.outside.clock.elapsed, outcome
        return outcome

    def _named(self, parcel: Parcel, outcome: Outcome) -> Outcome:
        try:
            name = self.outside.name(self.connection.id, parcel.address, parcel.delivery_id)
        except NameTaken as error:
            return Outcome("exists", f"another file has this name: {error.filename}")
        return replace(outcome, sent_to=f"{self.connection.id}/{name}")

    def collector(
        self, seq: int, target: str, address: Addressed, key: str, epoch: int, part: int, resume: FileOut | None
    ) -> ScriptedCollector:
        return ScriptedCollector(self, FileOut(seq, target, "", "", 0, "open", part=part), address, key, resume)

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        return


class ScriptedCollector:
    """One file out of many records, in memory. The call is the file's end: then it gets its name."""

    restarted = False

    def __init__(self, target: ScriptedTarget, file: FileOut, to: Addressed, key: str, resume: FileOut | None) -> None:
        self._target, self._outside, self._to = target, target.outside, to
        self._key = f"{key}#{file.part}" if file.part else key
        self._file = replace(resume, part=file.part) if resume is not None else file
        self.finished = resume is not None and resume.state != "open"
        self._data = self._outside.written.setdefault(self._key, bytearray())
        del self._data[self._file.offset :]

    def write(self, data: bytes) -> None:
        self._data += data

    def sync(self) -> FileOut:
        return replace(self._file, offset=len(self._data))

    def close(self) -> FileOut:
        """Raises OSError as the script says."""
        address = self._to.address
        if self._file.part:
            address = replace(address, name=requeue_name(address.name, self._file.part))
        parcel = Parcel(self._key, self._key, bytes(self._data), "", self._to)
        call = self._outside.begin(parcel, parcel.body, {})
        reply = self._outside.reply(self._to.target)
        if reply.error in ("refused", "returned"):
            call.outcome = Outcome("exists", f"{reply.error}, as the test says")
            raise NameTaken(errno.EEXIST, call.outcome.reason, address.name)
        if reply.error is not None:
            call.outcome = Outcome("io", f"{reply.error}, as the test says")
            raise OSError(errno.EIO, call.outcome.reason)
        name = self._outside.name(self._target.connection.id, address, self._key)
        call.outcome = Outcome(sent_to=f"{self._target.connection.id}/{name}")
        self.finished = True
        return replace(self._file, name=name, offset=len(self._data), state="closed")

    def settled(self) -> None:
        return

    def abandon(self) -> None:
        return


class PassingOn:
    """What goes to another route of the project, by the product's own adapter, which is noted."""

    def __init__(self, adapter: OpenTarget, outside: Outside) -> None:
        self._adapter, self._outside = adapter, outside
        self.batch = adapter.batch

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        calls = [self._outside.begin(p, p.body, p.address.address.headers) for p in parcels]
        outcomes = await self._adapter.send([unwrapped(parcel) for parcel in parcels])
        for call, outcome in zip(calls, outcomes, strict=True):
            call.outcome, call.until = outcome, self._outside.clock.elapsed
        return outcomes

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        await self._adapter.close()


def unwrapped(parcel: Parcel) -> Parcel:
    """As the adapter itself would get it."""
    members = tuple(replace(member, address=member.address.address) for member in parcel.members)
    return replace(parcel, address=parcel.address.address, members=members)


def rows_of(parcel: Parcel) -> Any:
    """What the database gets: the row, or the rows of an array. Raises Refused."""
    rows = [dict(entry.row) for entry in job_of(parcel)]
    return rows if parcel.members else rows[0]


