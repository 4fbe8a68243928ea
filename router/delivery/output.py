"""One collected file in the making, as the lane that writes it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from router.delivery.joining import LONGEST_HEAD, Joining, codec_of
from router.ledger import Claim, FileOut
from router.message import Message, delivery_id
from router.route import Target


class Collector(Protocol):
    """One output file in the making."""

    restarted: bool
    """The temp of an earlier owner was gone or short: everything is to be written again."""
    finished: bool
    """An earlier owner had given it its final name already."""

    def head(self, size: int) -> bytes:
        """The first bytes of what an earlier owner wrote."""

    def write(self, data: bytes) -> None: ...

    def sync(self) -> FileOut: ...

    def close(self) -> FileOut: ...

    def settled(self) -> None: ...

    def abandon(self) -> None: ...


class CollectingTarget(Protocol):
    def collector(self, seq: int, target: str, address: Any, key: str, epoch: int, part: int,
                  resume: FileOut | None) -> Collector: ...  # fmt: skip


class Output:
    """The file of one message, opened when there is something to write."""

    def __init__(
        self, adapter: CollectingTarget, target: Target, claim: Claim, seq: int,
        resume: FileOut | None, part: int = 0, prepare: Callable[[Message], Any] | None = None,
    ) -> None:  # fmt: skip
        self._adapter = adapter
        self._target = target
        self._prepare = prepare or target.send.prepare
        self._epoch = claim.epoch
        self.seq = seq
        self._resume = resume
        self._part = part
        self._collector: Collector | None = None
        self._joining: Joining | None = None
        self.waits = False
        """The rest of the message is not there yet."""

    async def open(self, sample: Message) -> bool:
        """False where what an earlier owner had written is gone: all is to be written again."""
        if self._collector is not None:
            return True
        address = self._prepare(sample)
        key = delivery_id(sample.envelope.id, self._target.id, 0)
        collector = await asyncio.to_thread(
            self._adapter.collector, self.seq, self._target.name, address, key, self._epoch, self._part, self._resume
        )
        self._collector = collector
        if self._resume is not None and not collector.restarted:
            head = await asyncio.to_thread(collector.head, LONGEST_HEAD)
            self._joining = Joining(codec_of(self._target), head)
        return not (collector.restarted and self._resume is not None)

    @property
    def joining(self) -> Joining:
        """Raises EncodeError where the target's format cannot hold many."""
        if self._joining is None:
            self._joining = Joining(codec_of(self._target))
        return self._joining

    async def goes_on(self, sample: Message) -> bool:
        """Before anything is made for it: False as for `open`."""
        return self._resume is None or await self.open(sample)

    def write(self, data: bytes) -> None:
        if self._collector is not None and data and not self._collector.finished:
            self._collector.write(data)

    def sync(self) -> FileOut | None:
        """What the ledger is to know of the file."""
        return self._collector.sync() if self._collector is not None else None

    def end(self) -> FileOut | None:
        """The last chunk is written: the file gets its name."""
        if self._collector is None:
            return replace(self._resume, state="done") if self._resume is not None else None
        if not self._collector.finished:
            self._collector.write(self.joining.end())
        return self._collector.close()

    def settled(self) -> None:
        if self._collector is not None:
            self._collector.settled()

    def abandon(self) -> None:
        if self._collector is not None:
            self._collector.abandon()
