"""One file out of many records (`collect: message`): one lane, in record order, closed when the last chunk is done.

The records of a work row are encoded together and appended; the file's synced length moves in the outcome transaction,
so that a new owner goes on exactly there. Records that were requeued make a file of their own, `<stem>.requeue-n`.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from router import ranges
from router.errors import CrossdockError, EncodeError, MessageError
from router.ledger import Claim, FileOut, Park, Work
from router.message import Message, delivery_id
from router.outcomes import Ended
from router.pipeline import Filtered, for_target
from router.ports import Bad, JoinCodec, Outcome
from router.route import Connection, Target
from router.sending import Desk, Pace
from router.units import BeforeTarget, Bulk, Unit, UnitReader, after_route

COMMIT_AFTER = 0.2
SLICE = 256
"""Records computed before other lanes get their turn."""
GROUP = 32
"""Work rows looked at for one commit."""


class Collector(Protocol):
    """One output file in the making."""

    restarted: bool
    """The temp of an earlier owner was gone or short: everything is to be written again."""
    finished: bool
    """An earlier owner had given it its final name already."""

    def write(self, data: bytes) -> None: ...

    def sync(self) -> FileOut: ...

    def close(self) -> FileOut: ...

    def settled(self) -> None: ...

    def abandon(self) -> None: ...


class CollectingTarget(Protocol):
    def collector(self, seq: int, target: str, address: Any, key: str, epoch: int, part: int,
                  resume: FileOut | None) -> Collector: ...  # fmt: skip


class CollectServer:
    """Serves one claimed lane of a collecting target."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        self.desk = desk
        self.claim = claim
        self.target = target
        self.connection = connection
        self.probing = probing
        self.units = UnitReader(desk.ledger, desk.table, desk.reader, desk.mark)
        self.adapter: Any = desk.target(connection, target.send.kind)
        self.pace = Pace()
        self.lost = False

    async def serve(self) -> None:
        try:
            while not self.lost and not self.claim.paused and not self.desk.stopping():
                if await self._requeued():
                    continue
                works = self.desk.ledger.open_work(self.claim, 1)
                if not works:
                    break
                if not await self._message(works[0]):
                    break
        finally:
            if not self.lost:
                if self.probing:
                    await self.desk.write(self.desk.ledger.drop_probe, self.connection.id, self.claim.owner)
                await self.desk.write(self.desk.ledger.release, self.claim)

    async def _message(self, work: Work) -> bool:
        """All open work of one message; False where it has to wait."""
        assert work.seq is not None
        resume = self.desk.ledger.file_out(work.seq, self.target.name)
        if resume is not None and resume.state != "open":
            return await self._late_work(work)
        output = Output(self, work.seq, resume)
        try:
            while await self._group(output):
                continue
            return not self.lost and not output.waits
        except MessageError as error:
            return await self._whole(output.seq, error)
        except OSError as error:
            return await self._failed(output.seq, error)
        finally:
            await asyncio.to_thread(output.abandon)

    async def _group(self, output: Output) -> bool:
        """Work rows of the message for as long as outcomes may wait: computed and written one by one, synced and settled
        together. Whether there is more to do now."""
        ended = Ended(self.connection)
        loop = asyncio.get_running_loop()
        until = loop.time() + COMMIT_AFTER
        works = [w for w in self.desk.ledger.open_work(self.claim, GROUP) if w.seq == output.seq]
        done = 0
        for work in works:
            written = await self._compute(work, ended)
            if written.sample is not None and not await output.open(written.sample):
                await self.desk.write(self.desk.ledger.reopen, self.claim, output.seq)
                return False
            data = self._encode(written, output.empty, ended)
            await asyncio.to_thread(output.write, data)
            ended.progress[work.id].extend(written.numbers)
            ended.count += len(written.numbers)
            done += 1
            if loop.time() >= until:
                break
        last = bool(done) and self.desk.ledger.collected(output.seq, self.target.name, done)
        file = await asyncio.to_thread(output.end if last else output.sync)
        if file is not None:
            ended.files.append(file)
        ended.beat(Outcome(), self.probing)
        if not await self._commit(ended):
            return False
        if last:
            await asyncio.to_thread(output.settled)
        output.waits = not last and done == len(works) < GROUP
        return not last and not output.waits and not self.desk.stopping() and not self.claim.paused

    async def _compute(self, work: Work, ended: Ended) -> Written:
        """The bodies of a work row; those that fail on the way are ended."""
        bulk = self.units.bulk(work)
        if bulk.lost:
            ended.lost(work.id, bulk.lost)
        written = Written(unit=bulk.unit)
        quick = bulk.quick
        for start in range(0, len(bulk.bodies), SLICE):
            part = bulk.bodies[start : start + SLICE]
            if quick is not None:
                self._quickly(quick, bulk, part, written, ended)
            else:
                self._stepwise(bulk, part, written, ended)
            self.desk.mark(0)
            await self.pace()
            self.desk.mark(work.id)
        self.desk.mark(0)
        return written

    def _quickly(
        self, quick: Callable[[Message], Any], bulk: Bulk, part: list[tuple[int, Any]], written: Written, ended: Ended
    ) -> None:
        """One step makes the body: a message that is used again and again, and no more than that."""
        message = Message(bulk.stored.envelope, None, None, 0, True)
        numbers, bodies = written.numbers, written.bodies
        for number, body in part:
            message.body, message.record = body, number
            try:
                bodies.append(quick(message))
                numbers.append(number)
            except Exception:
                self._again(bulk, number, body, written, ended)
        if written.sample is None and bodies:
            written.sample = Message(bulk.stored.envelope, bodies[0], None, numbers[0], True)

    def _stepwise(self, bulk: Bulk, part: list[tuple[int, Any]], written: Written, ended: Ended) -> None:
        steps = [s.apply for s in bulk.steps]  # type: ignore[union-attr]
        for number, body in part:
            message: Message | None = Message(bulk.stored.envelope, body, None, number, True)
            try:
                if type(body) is Bad:
                    raise body.error
                for step in steps:
                    if message is None:
                        break
                    message = step(message)
            except MessageError:
                message = None
            if message is None:
                self._again(bulk, number, body, written, ended)
            else:
                written.add(number, message)

    def _again(self, bulk: Bulk, number: int, body: Any, written: Written, ended: Ended) -> None:
        message = self._slowly(bulk.unit(number, body), ended)
        if message is not None:
            written.add(number, message)

    def _slowly(self, unit: Unit, ended: Ended) -> Message | None:
        """The same for one unit, which says how it ended."""
        try:
            message = for_target(unit.target, after_route(unit))
        except BeforeTarget as dead:
            ended.dead_for_all(unit, dead.error)
        except MessageError as error:
            ended.dead(unit, error)
        else:
            if not isinstance(message, Filtered):
                return message
            ended.filtered(unit, message.rule)
        return None

    def codec(self) -> JoinCodec:
        codec = self.target.codec
        if not isinstance(codec, JoinCodec):
            raise EncodeError("collect: message needs a format that can be joined: ndjson, csv, json or text")
        return codec

    def _encode(self, written: Written, first: bool, ended: Ended) -> bytes:
        """The bytes of all bodies; one that cannot be written is dead at once and not waited for."""
        codec = self.codec()
        if not written.bodies:
            return b""
        try:
            head = codec.begin(written.bodies[0]) if first else b""
            return head + codec.join(written.bodies, first)
        except CrossdockError:
            return self._encode_each(codec, written, first, ended)

    def _encode_each(self, codec: JoinCodec, written: Written, first: bool, ended: Ended) -> bytes:
        parts: list[bytes] = []
        good: list[int] = []
        for number, body in zip(written.numbers, written.bodies, strict=True):
            try:
                head = codec.begin(body) if first and not parts else b""
                parts.append(head + codec.join([body], first and not parts))
                good.append(number)
            except MessageError as error:
                assert written.unit is not None
                ended.dead(written.unit(number, body), error)
        written.numbers[:] = good
        return b"".join(parts)

    async def _commit(self, ended: Ended) -> bool:
        renewed = await self.desk.write(self.desk.ledger.settle, self.claim, ended.settlement())
        if renewed is None:
            self.lost = True
            return False
        self.claim = renewed
        if ended.probe:
            self.probing = False
        if ended.failures:
            self.desk.look()
        return True

    async def _failed(self, seq: int, error: OSError) -> bool:
        """A folder without space or permission: nothing is parked; the breaker says when to look again. A name that is
        taken is dead: nothing that the router does will free it."""
        ended = Ended(self.connection)
        if error.errno == errno.EEXIST:
            name = os.path.basename(str(error.filename or ""))
            return await self._whole(seq, MessageError("send", "exists", f"{error.strerror}: {name}"))
        for _ in range(self.connection.breaker.open_after):
            ended.beat(Outcome("io", str(error)), self.probing)
        if self.desk.log is not None:
            self.desk.log.warning("a collected file cannot be written", action="collect_failed", target=self.target.name,
                                  reason=str(error))  # fmt: skip
        await self._commit(ended)
        return False

    async def _whole(self, seq: int, error: MessageError) -> bool:
        """One dead letter for the whole output: record 0 at this target."""
        ended = Ended(self.connection)
        for work in self.desk.ledger.open_work(self.claim, 100_000):
            if work.seq == seq:
                ended.lost(work.id, tuple(ranges.decode(work.rest)))
        ended.park.append(Park(seq, 0, "dead", error.stage, error.error, error.reason, attempt=1))
        return await self._commit(ended)

    # --- requeued records ---
    async def _requeued(self) -> bool:
        """Parked records that are due make a file of their own; whether there were any."""
        heads = self.desk.ledger.due_parked(self.claim, 1000)
        if not heads:
            return False
        seq = heads[0].seq
        if heads[0].record == 0:
            await self.desk.write(self.desk.ledger.reopen, self.claim, seq)
            return True
        units = [u for u in (self.units.of_parked(p) for p in heads if p.seq == seq) if u is not None]
        return await self._extra(units, Ended(self.connection), seq)

    async def _late_work(self, work: Work) -> bool:
        """Records that were dead before any target and came again after the file was closed."""
        assert work.seq is not None
        ended = Ended(self.connection)
        units: list[Unit] = []
        for found in self.units.of_work(work):
            if isinstance(found, tuple):
                ended.lost(work.id, found)
            else:
                units.append(found)
        return await self._extra(units, ended, work.seq)

    async def _extra(self, units: list[Unit], ended: Ended, seq: int) -> bool:
        part = max(1, self.desk.ledger.parts(seq, self.target.name))
        ready = [(unit, message) for unit in units if (message := self._slowly(unit, ended)) is not None]
        output = Output(self, seq, None, part)
        codec, parts = self.codec(), list[bytes]()
        good: list[Unit] = []
        for unit, message in ready:
            try:
                head = b"" if parts else codec.begin(message.body)
                parts.append(head + codec.join([message.body], not parts))
                good.append(unit)
            except MessageError as error:
                ended.dead(unit, error)
        try:
            if good:
                await output.open(ready[0][1])
                await asyncio.to_thread(output.write, b"".join(parts))
                file = await asyncio.to_thread(output.end)
                if file is not None:
                    ended.files.append(file)
        except OSError as error:
            return await self._failed(seq, error)
        now = self.desk.ledger.now()
        for unit in good:
            outcome = Outcome(sent_to=ended.files[-1].name)
            ended.delivered(unit, outcome, (unit.parked.attempt if unit.parked else 0) + 1, now, False)
        done = await self._commit(ended)
        if done:
            await asyncio.to_thread(output.settled)
        return done


@dataclass
class Written:
    """The records of a work row that are to be written."""

    numbers: list[int] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    unit: Callable[[int, Any], Unit] | None = None
    sample: Message | None = None
    """One of them: the file's name is made of it."""

    def add(self, number: int, message: Message) -> None:
        self.numbers.append(number)
        self.bodies.append(message.body)
        self.sample = self.sample or message


class Output:
    """The file of one message, opened when there is something to write."""

    def __init__(self, server: CollectServer, seq: int, resume: FileOut | None, part: int = 0) -> None:
        self._server = server
        self.seq = seq
        self._resume = resume
        self._part = part
        self._collector: Collector | None = None
        self.empty = resume is None
        self.waits = False
        """The rest of the message is not there yet."""

    async def open(self, sample: Message) -> bool:
        """False where what an earlier owner had written is gone: all is to be written again."""
        if self._collector is not None:
            return True
        server = self._server
        address = server.target.send.prepare(sample)
        key = delivery_id(sample.envelope.id, server.target.id, 0)
        collector: Collector = await asyncio.to_thread(
            server.adapter.collector, self.seq, server.target.name, address, key, server.claim.epoch, self._part,
            self._resume,
        )  # fmt: skip
        self._collector = collector
        return not (collector.restarted and self._resume is not None)

    def write(self, data: bytes) -> None:
        if self._collector is not None and data and not self._collector.finished:
            self._collector.write(data)
            self.empty = False

    def sync(self) -> FileOut | None:
        """What the ledger is to know of the file."""
        return self._collector.sync() if self._collector is not None else None

    def end(self) -> FileOut | None:
        """The last chunk is written: the file gets its name."""
        if self._collector is None:
            return replace(self._resume, state="done") if self._resume is not None else None
        if not self._collector.finished:
            self._collector.write(self._server.codec().end())
        return self._collector.close()

    def settled(self) -> None:
        if self._collector is not None:
            self._collector.settled()

    def abandon(self) -> None:
        if self._collector is not None:
            self._collector.abandon()
