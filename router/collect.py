"""One file out of many records (`collect: message`): one lane, in record order, closed when the last chunk is done.

The records of a work row are encoded together and appended; the file's synced length moves in the outcome transaction,
so that a new owner goes on exactly there. Records that were requeued make a file of their own, `<stem>.requeue-n`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from router.errors import CrossdockError, EncodeError, MessageError
from router.ledger import Claim, FileOut, Work
from router.message import Message, delivery_id
from router.outcomes import Ended
from router.pipeline import Filtered, for_target
from router.ports import JoinCodec, Outcome
from router.retry import judge
from router.route import Connection, Target
from router.sending import Desk, Pace
from router.units import BeforeTarget, Unit, UnitReader, after_route


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
        seq = work.seq
        resume = self.desk.ledger.file_out(seq, self.target.name)
        if resume is not None and resume.state != "open":
            return await self._late_work(work)
        collector: Collector | None = None
        first = True
        try:
            while True:
                ended = Ended(self.connection)
                units = self._units(work, ended)
                bodies, ready = await self._bodies(units, ended)
                last = self.desk.ledger.collected(seq, self.target.name)
                if collector is None and ready:
                    collector = await self._open(ready[0][1], seq, resume)
                    first = resume is None or collector.restarted
                    if collector.restarted and resume is not None:
                        return await self._start_again(collector, seq)
                if collector is not None and not collector.finished:
                    await asyncio.to_thread(self._write, collector, bodies, first)
                    first = first and not bodies
                if not await self._settle(work, ended, ready, collector, last, resume):
                    return False
                if last or self.desk.stopping() or self.claim.paused:
                    return True
                following = [w for w in self.desk.ledger.open_work(self.claim, 1) if w.seq == seq]
                if not following:
                    return False
                work = following[0]
        except OSError as error:
            return await self._failed(work, error)
        finally:
            if collector is not None:
                await asyncio.to_thread(collector.abandon)

    def _units(self, work: Work, ended: Ended) -> list[Unit]:
        units: list[Unit] = []
        for found in self.units.of_work(work):
            if isinstance(found, tuple):
                ended.lost(work.id, found)
            else:
                units.append(found)
        return units

    async def _bodies(self, units: list[Unit], ended: Ended) -> tuple[list[Any], list[tuple[Unit, Message]]]:
        """What is to be written, and for whom; those that fail on the way are ended."""
        ready: list[tuple[Unit, Message]] = []
        for n, unit in enumerate(units):
            self.desk.mark(unit.mark)
            try:
                message = for_target(self.target_of(unit), after_route(unit))
                if isinstance(message, Filtered):
                    ended.filtered(unit, message.rule)
                else:
                    ready.append((unit, message))
            except BeforeTarget as dead:
                ended.dead_for_all(unit, dead.error)
            except MessageError as error:
                ended.dead(unit, error)
            if n % 64 == 63:
                self.desk.mark(0)
                await self.pace()
        bodies = self._encodable(ready, ended)
        self.desk.mark(0)
        return bodies, ready

    def target_of(self, unit: Unit) -> Target:
        """As it was pinned with the message."""
        return unit.target

    def _codec(self) -> JoinCodec:
        codec = self.target.codec
        if not isinstance(codec, JoinCodec):
            raise EncodeError("collect: message needs a format that can be joined: ndjson, csv, json or text")
        return codec

    def _encodable(self, ready: list[tuple[Unit, Message]], ended: Ended) -> list[Any]:
        """The bodies, without those that cannot be written: they are dead at once and not waited for."""
        codec = self._codec()
        bodies = [message.body for _, message in ready]
        try:
            codec.join(bodies, False)
            return bodies
        except CrossdockError:
            pass
        good: list[tuple[Unit, Message]] = []
        for unit, message in ready:
            try:
                codec.join([message.body], False)
                good.append((unit, message))
            except MessageError as error:
                ended.dead(unit, error)
        ready[:] = good
        return [message.body for _, message in good]

    async def _open(self, message: Message, seq: int, resume: FileOut | None, part: int = 0) -> Collector:
        address = self.target.send.prepare(message)
        key = delivery_id(message.envelope.id, self.target.id, 0)
        collector: Collector = await asyncio.to_thread(
            self.adapter.collector, seq, self.target.name, address, key, self.claim.epoch, part, resume
        )
        return collector

    def _write(self, collector: Collector, bodies: list[Any], first: bool) -> None:
        codec = self._codec()
        if not bodies:
            return
        if first:
            collector.write(codec.begin(bodies[0]))
        collector.write(codec.join(bodies, first))

    async def _settle(
        self, work: Work, ended: Ended, ready: list[tuple[Unit, Message]], collector: Collector | None, last: bool,
        resume: FileOut | None,
    ) -> bool:  # fmt: skip
        """Syncs, moves the file's length and the work's rest in one transaction; closes the file with the last."""
        for unit, _ in ready:
            ended.progress[work.id].append(unit.number)
        ended.count += len(ready)
        if collector is not None:
            file = await asyncio.to_thread(self._close if last else self._sync, collector)
            ended.files.append(file)
        elif last and resume is not None:
            ended.files.append(replace(resume, state="done"))
        ended.beat(Outcome(), self.probing)
        if not await self._commit(ended):
            return False
        if last and collector is not None:
            await asyncio.to_thread(collector.settled)
        return True

    def _sync(self, collector: Collector) -> FileOut:
        return collector.sync()

    def _close(self, collector: Collector) -> FileOut:
        if not collector.finished:
            collector.write(self._codec().end())
        return collector.close()

    async def _commit(self, ended: Ended) -> bool:
        renewed = await self.desk.write(self.desk.ledger.settle, self.claim, ended.settlement())
        if renewed is None:
            self.lost = True
            return False
        self.claim = renewed
        if ended.probe:
            self.probing = False
        self.desk.look()
        return True

    async def _failed(self, work: Work, error: OSError) -> bool:
        """A folder without space or permission: nothing is parked; the breaker says when to look again."""
        ended = Ended(self.connection)
        for _ in range(self.connection.breaker.open_after):
            ended.beat(Outcome("io", str(error)), self.probing)
        if self.desk.log is not None:
            self.desk.log.warning("a collected file cannot be written", action="collect_failed", target=self.target.name,
                                  reason=str(error))  # fmt: skip
        await self._commit(ended)
        return False

    async def _start_again(self, collector: Collector, seq: int) -> bool:
        """The temp of the earlier owner is gone: all records of the message are written again."""
        await asyncio.to_thread(collector.abandon)
        await self.desk.write(self.desk.ledger.reopen, self.claim, seq)
        return True

    # --- requeued records ---
    async def _requeued(self) -> bool:
        """Parked records that are due make a file of their own; whether there were any."""
        heads = self.desk.ledger.due_parked(self.claim, 1000)
        if not heads:
            return False
        seq = heads[0].seq
        units = [u for u in (self.units.of_parked(p) for p in heads if p.seq == seq) if u is not None]
        return await self._extra(units, Ended(self.connection), seq)

    async def _late_work(self, work: Work) -> bool:
        """Records that were dead before any target and came again after the file was closed."""
        assert work.seq is not None
        ended = Ended(self.connection)
        return await self._extra(self._units(work, ended), ended, work.seq)

    async def _extra(self, units: list[Unit], ended: Ended, seq: int) -> bool:
        _, ready = await self._bodies(units, ended)
        collector: Collector | None = None
        part = max(1, self.desk.ledger.parts(seq, self.target.name))
        try:
            if ready:
                collector = await self._open(ready[0][1], seq, None, part)
                await asyncio.to_thread(self._write, collector, [m.body for _, m in ready], True)
                ended.files.append(await asyncio.to_thread(self._close, collector))
        except OSError as error:
            outcome = Outcome("io", str(error))
            now = self.desk.ledger.now()
            for unit, _ in ready:
                number = (unit.parked.attempt if unit.parked else 0) + 1
                verdict = judge(self.target.retry, outcome, number, now, now, 0, self.desk.chance)
                ended.refused_try(unit, outcome, verdict, number, now)
            ready = []
        sent_to = ended.files[-1].name if ended.files else ""
        for unit, _ in ready:
            ended.delivered(unit, Outcome(sent_to=sent_to), (unit.parked.attempt if unit.parked else 0) + 1,
                            self.desk.ledger.now(), False)  # fmt: skip
        done = await self._commit(ended)
        if done and collector is not None:
            await asyncio.to_thread(collector.settled)
        return done
