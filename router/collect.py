"""One file out of many records (`collect: message`): one lane, in record order, closed when the last chunk is done.

The records of a work row are encoded together and appended; the file's synced length moves in the outcome transaction,
so that a new owner goes on exactly there. Records that were requeued make a file of their own, `<stem>.requeue-n`.
"""

from __future__ import annotations

import asyncio
import errno
import os
from typing import Any

from router import ranges
from router.delivery.gate import Gate
from router.delivery.outcomes import Ended
from router.delivery.output import Output
from router.delivery.parked import ParkedReader
from router.delivery.sending import Desk, or_exhausted
from router.delivery.telling import tell_outcomes
from router.delivery.tries import number_of
from router.delivery.units import BeforeTarget, Unit, UnitReader, after_route
from router.delivery.writing import Writer
from router.errors import MessageError
from router.ledger import Claim, FileOut, Park, Parked, Work
from router.message import Message
from router.ports import Outcome
from router.route import Connection, Target

COMMIT_AFTER = 0.2
GROUP = 32
"""Work rows looked at for one commit."""
MOST_LATE = 1000
"""Late records, or work rows of them, that make one file."""
GATHER, LOOK_AGAIN = 2.0, 0.02
"""Seconds for which late records are waited for, so that they make one file, and between two looks."""


class CollectServer:
    """Serves one claimed lane of a collecting target."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        self.desk = desk
        self.claim = claim
        self.target = target
        self.connection = connection
        self.gate = Gate(desk, connection, probing)
        self.units = UnitReader(desk.ledger, desk.table, desk.reader, desk.mark)
        self.adapter: Any = desk.target(connection, target.send.kind)
        self.writer = Writer(desk, target, self.units)
        self.lost = False
        self.halted = False

    @or_exhausted
    async def serve(self) -> None:
        try:
            while not self.lost and not self.halted and not self.claim.paused and not self.desk.halts(self.connection):
                if await self._requeued() or await self._unclosed():
                    continue
                works = self.desk.ledger.open_work(self.claim, 1)
                if not works:
                    break
                if not await self._message(works[0]) and not await self._unclosed():
                    break
        finally:
            if not self.lost:
                if self.gate.probing:
                    await self.desk.write(self.desk.ledger.drop_probe, self.connection.id, self.claim.owner)
                await self.desk.write(self.desk.ledger.release, self.claim)

    def _output(self, seq: int, resume: FileOut | None, part: int = 0) -> Output:
        return Output(self.adapter, self.target, self.claim, seq, resume, part)

    async def _message(self, work: Work) -> bool:
        """All open work of one message; False where it has to wait."""
        assert work.seq is not None
        resume = self.desk.ledger.file_out(work.seq, self.target.name)
        if resume is not None and resume.state != "open":
            return await self._late(work.seq)
        output = self._output(work.seq, resume)
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

    async def _unclosed(self) -> bool:
        """Closes a file whose message turned out to have no more records for it; whether there was one."""
        found = self.desk.ledger.unclosed(self.claim)
        if found is None:
            return False
        seq, record = found
        output = self._output(seq, self.desk.ledger.file_out(seq, self.target.name))
        ended = Ended(self.connection)
        try:
            if not await output.open(self._message_of(seq, record)):
                await self.desk.write(self.desk.ledger.reopen, self.claim, seq)
                return True
            file = await asyncio.to_thread(output.end)
            ended.files.extend([file] if file is not None else [])
            self._written(ended, seq, file is not None)
            if await self._commit(ended):
                await asyncio.to_thread(output.settled)
        except MessageError as error:
            return await self._whole(seq, error)
        except OSError as error:
            self.halted = not await self._failed(seq, error)
        finally:
            await asyncio.to_thread(output.abandon)
        return True

    def _message_of(self, seq: int, record: int) -> Message:
        """A record as it comes out of the route's steps. Raises MessageError."""
        row = Parked(seq, record, self.target.name, 0, None, "", 0, 0, 0, 0)
        try:
            return after_route(ParkedReader(self.desk.ledger, self.units).heads([row])[0])
        except BeforeTarget as dead:
            raise dead.error from None

    @or_exhausted
    async def _group(self, output: Output) -> bool:
        """Work rows of the message for as long as outcomes may wait: computed and written one by one, synced and settled
        together. Whether there is more to do now."""
        ended = Ended(self.connection)
        loop = asyncio.get_running_loop()
        until = loop.time() + COMMIT_AFTER
        works = [w for w in self.desk.ledger.open_work(self.claim, GROUP) if w.seq == output.seq]
        done = 0
        for work in works:
            written = await self.writer.compute(work, ended)
            if written.sample is not None and not await output.goes_on(written.sample):
                await self.desk.write(self.desk.ledger.reopen, self.claim, output.seq)
                return False
            data = self.writer.encode(written, output.joining, ended)
            if data and written.sample is not None:
                await output.open(written.sample)
                await asyncio.to_thread(output.write, data)
            ended.progress[work.id].extend(written.numbers)
            ended.count += len(written.numbers)
            ended.arrived += len(written.numbers)
            done += 1
            if loop.time() >= until:
                break
        last = bool(done) and self.desk.ledger.collected(output.seq, self.target.name, done)
        file = await asyncio.to_thread(output.end if last else output.sync)
        if file is not None:
            ended.files.append(file)
        self._written(ended, output.seq, last and file is not None)
        if not await self._commit(ended):
            return False
        if last:
            await asyncio.to_thread(output.settled)
        output.waits = not last and done == len(works) < GROUP
        return not last and not output.waits and not self.desk.halts(self.connection) and not self.claim.paused

    def _written(self, ended: Ended, seq: int, whole: bool) -> None:
        """What a group that was written says, beside its progress. `whole`: there is an output, and this was its end."""
        ended.beat(Outcome(), self.gate.probing)

    async def _commit(self, ended: Ended) -> bool:
        settlement = ended.settlement()
        renewed = await self.desk.write(self.desk.ledger.settle, self.claim, settlement)
        if renewed is None:
            self.lost = True
            return False
        self.claim = renewed
        tell_outcomes(self.desk, self.target.name, settlement)
        self.gate.judged(settlement.pulse, ended.trouble)
        return True

    async def _failed(self, seq: int, error: OSError) -> bool:
        """A folder without space or permission: nothing is parked; the breaker says when to look again. A name that is
        taken is dead: nothing that the router does will free it."""
        ended = Ended(self.connection)
        if error.errno == errno.EEXIST:
            name = os.path.basename(str(error.filename or ""))
            return await self._whole(seq, MessageError("send", "exists", f"{error.strerror}: {name}"))
        for _ in range(self.connection.breaker.open_after):
            ended.beat(Outcome("io", str(error)), self.gate.probing)
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

    # --- records that come after the file was closed ---
    async def _requeued(self) -> bool:
        """Parked records that are due; whether there were any."""
        heads = self.desk.ledger.due_parked(self.claim, 1)
        if not heads:
            return False
        seq = heads[0].seq
        if heads[0].record == 0:
            await self.desk.write(self.desk.ledger.reopen, self.claim, seq)
            return True
        return await self._late(seq)

    async def _late(self, seq: int) -> bool:
        """Parked records that are due, and those that were dead before any target and came again: one file of all."""
        await self._gathered(seq)
        ended = Ended(self.connection)
        heads = [p for p in self.desk.ledger.due_parked(self.claim, MOST_LATE) if p.seq == seq and p.record]
        units = ParkedReader(self.desk.ledger, self.units).heads(heads)
        for work in self._works(seq):
            for found in self.units.of_work(work):
                if isinstance(found, tuple):
                    ended.lost(work.id, found)
                else:
                    units.append(found)
        units.sort(key=lambda unit: unit.record)
        return await self._extra(units, ended, seq)

    def _works(self, seq: int) -> list[Work]:
        return [w for w in self.desk.ledger.open_work(self.claim, MOST_LATE) if w.seq == seq]

    async def _gathered(self, seq: int) -> None:
        """Records that were requeued together are routed in several transactions: waits a little for the last one."""
        loop = asyncio.get_running_loop()
        until = loop.time() + GATHER
        while not self.desk.ledger.collected(seq, self.target.name, len(self._works(seq))):
            if loop.time() >= until or self.desk.halts(self.connection):
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _extra(self, units: list[Unit], ended: Ended, seq: int) -> bool:
        part = max(1, self.desk.ledger.parts(seq, self.target.name))
        ready = [(unit, message) for unit in units if (message := self.writer.one(unit, ended)) is not None]
        output = self._output(seq, None, part)
        parts = list[bytes]()
        good: list[Unit] = []
        for unit, message in ready:
            try:
                parts.append(output.joining.add([message.body]))
                good.append(unit)
            except MessageError as error:
                ended.dead(unit, error)
        try:
            if good:
                await output.open(after_route(good[0]))
                await asyncio.to_thread(output.write, b"".join(parts))
                file = await asyncio.to_thread(output.end)
                if file is not None:
                    ended.files.append(file)
        except OSError as error:
            return await self._failed(seq, error)
        now = self.desk.ledger.now()
        for unit in good:
            outcome = Outcome(sent_to=ended.files[-1].name)
            ended.delivered(unit, outcome, number_of(unit), now, False)
        done = await self._commit(ended)
        if done:
            await asyncio.to_thread(output.settled)
        return done
