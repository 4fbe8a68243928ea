"""One output out of many records (`collect: message`) for a target that is no folder: it is collected in a file of our own,
which is sent as one parcel when it is whole."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.collect import CollectServer
from router.delivery.flights import MARGIN
from router.delivery.joining import Joining, codec_of, content_type
from router.delivery.outcomes import Ended
from router.delivery.output import Output
from router.delivery.parked import ParkedReader
from router.delivery.sending import Desk
from router.delivery.tries import failed, number_of
from router.delivery.units import Unit, after_route
from router.errors import ExpressionError, MessageError
from router.ledger import Claim, FileOut, Park, Parked
from router.message import Message, delivery_id
from router.ports import UNSENT, Outcome, Parcel
from router.route import Connection, Target

MOST = 64 << 20
"""Bytes of an output that is sent as one: it stands in the memory meanwhile."""
LOOKED_AT = 1000
"""Records that are looked at for one that the address can be made of."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """The file that an output is collected in, as the folder that holds it understands it."""

    name: str
    exists: str = "replace"


class SpoolServer(CollectServer):
    """Serves one claimed lane. While an output waits to be sent it has a row of its own, record 0: it is tried again and
    dies as a whole."""

    def __init__(self, desk: Desk, claim: Claim, target: Target, connection: Connection, probing: bool = False) -> None:
        super().__init__(desk, claim, target, connection, probing)
        self.outlet = self.adapter
        assert desk.spool is not None
        self.folder, self.adapter = desk.spool.folder, desk.spool.adapter

    def _output(self, seq: int, resume: FileOut | None, part: int = 0) -> Output:
        name = f"{seq}-{self.target.name}"
        prepare: Callable[[Message], Any] = lambda message: Spooled(name)  # noqa: E731
        return Output(self.adapter, self.target, self.claim, seq, resume, part, prepare)

    def _written(self, ended: Ended, seq: int, whole: bool) -> None:
        """Nothing has been sent yet: the connection is as good or bad as it was."""
        ended.arrived = 0
        if whole:
            now = self.desk.ledger.now()
            ended.park.append(Park(seq, 0, "retry", "send", reason="it is whole, and is to be sent", next_at=now))

    async def _requeued(self) -> bool:
        heads = self.desk.ledger.due_parked(self.claim, 1)
        if heads and heads[0].record == 0:
            return await self._send_whole(heads[0])
        return await super()._requeued()

    async def _send_whole(self, head: Parked) -> bool:
        file = self.desk.ledger.file_out(head.seq, self.target.name)
        path = self.folder / file.name if file is not None else None
        size = await asyncio.to_thread(size_of, path)
        if path is None or size is None:
            await self.desk.write(self.desk.ledger.reopen, self.claim, head.seq)
            return True
        [unit] = ParkedReader(self.desk.ledger, self.units).heads([head])
        if size > MOST:
            reason = f"the output has {size >> 20} MiB; {MOST >> 20} MiB can be sent as one: write 'collect: {{records: N}}'"
            return await self._dead(unit, MessageError("encode", "limit", reason))
        try:
            parcel = self._parcel(unit, self._sample(head.seq), await asyncio.to_thread(path.read_bytes))
        except MessageError as error:
            return await self._dead(unit, error)
        if await self._sent(unit, parcel):
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return True

    async def _dead(self, unit: Unit, error: MessageError) -> bool:
        ended = Ended(self.connection)
        ended.dead(unit, error)
        return await self._commit(ended)

    def _sample(self, seq: int) -> Message:
        """The first record that comes through the route's steps: addresses are made of it."""
        for number in range(1, LOOKED_AT):
            if self.desk.ledger.chunk_of(seq, number) is None:
                break
            with suppress(MessageError):
                return self._message_of(seq, number)
        raise MessageError("send", "undefined", "no record is left of which an address could be made")

    def _parcel(self, unit: Unit, sample: Message, data: bytes) -> Parcel:
        try:
            address = unit.target.send.prepare(sample)
        except ExpressionError as error:
            raise MessageError("send", error.error, error.reason) from None
        id = delivery_id(unit.stored.envelope.id, unit.target.id, unit.record)
        key = f"{id}.r{unit.revision + 1}" if unit.revision else id
        return Parcel(id, key, data, content_type(self.target), address, self.claim.epoch)

    async def _sent(self, unit: Unit, parcel: Parcel) -> bool:
        """One try; whether it arrived."""
        slot = await self._slot()
        outcome = None
        try:
            renewed = await self.desk.write(self.desk.ledger.renew, self.claim)
            self.lost, self.claim = renewed is None, renewed or self.claim
            if not self.lost and self.desk.ledger.left(self.claim) > self.connection.timeout + MARGIN:
                [outcome] = await self.outlet.send([parcel])
                outcome = None if outcome.error == UNSENT else outcome
        finally:
            self.desk.slots.give(self.connection.id, slot)
        if outcome is None:
            self.halted = True
            return False
        return await self._settled(unit, parcel, outcome)

    async def _slot(self) -> int:
        while (slot := self.desk.slot(self.connection)) is None:
            await asyncio.sleep(0.01)
        at = await self.desk.turn(self.connection, 1)
        await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
        return slot

    async def _settled(self, unit: Unit, parcel: Parcel, outcome: Outcome) -> bool:
        ended, now = Ended(self.connection), self.desk.ledger.now()
        ended.beat(outcome, self.gate.probing)
        if outcome.ok:
            ended.delivered(unit, outcome, number_of(unit), now, False)
        else:
            policy = (self.desk.current.target(self.target.name) or self.target).retry
            stood = self.desk.circuit(self.connection.id).total
            tried = failed(unit, outcome, policy, now, stood, self.desk.chance, self.gate.probing, False)
            ended.failed_try(unit, parcel.body, tried, False)
        committed = await self._commit(ended)
        self.halted = not outcome.ok and self.desk.circuit(self.connection.id).state == "open"
        return committed and outcome.ok

    async def _extra(self, units: list[Unit], ended: Ended, seq: int) -> bool:
        """Records that come after their output was sent go one by one, each an output of its own."""
        if ended and not await self._commit(ended):
            return False
        for unit in units:
            if not await self._late_one(unit):
                return False
        return True

    async def _late_one(self, unit: Unit) -> bool:
        ended = Ended(self.connection)
        message = self.writer.one(unit, ended)
        if message is None:
            return await self._commit(ended)
        output = Joining(codec_of(self.target))
        try:
            data = output.add([message.body]) + output.end()
            parcel = self._parcel(unit, after_route(unit), data)
        except MessageError as error:
            return await self._dead(unit, error)
        await self._sent(unit, parcel)
        return not self.lost and not self.halted


def size_of(path: Path | None) -> int | None:
    try:
        return os.stat(path).st_size if path is not None else None
    except OSError:
        return None
