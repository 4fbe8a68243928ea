"""One collected file in the making, as the lane that writes it sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from router.ledger import Claim, FileOut
from router.message import Message, delivery_id
from router.ports import JoinCodec
from router.route import Target


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


class Output:
    """The file of one message, opened when there is something to write."""

    def __init__(
        self, adapter: CollectingTarget, target: Target, codec: Callable[[], JoinCodec], claim: Claim, seq: int,
        resume: FileOut | None, part: int = 0, prepare: Callable[[Message], Any] | None = None,
    ) -> None:  # fmt: skip
        self._adapter = adapter
        self._target = target
        self._codec = codec
        self._prepare = prepare or target.send.prepare
        self._epoch = claim.epoch
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
        address = self._prepare(sample)
        key = delivery_id(sample.envelope.id, self._target.id, 0)
        collector = await asyncio.to_thread(
            self._adapter.collector, self.seq, self._target.name, address, key, self._epoch, self._part, self._resume
        )
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
            self._collector.write(self._codec().end())
        return self._collector.close()

    def settled(self) -> None:
        if self._collector is not None:
            self._collector.settled()

    def abandon(self) -> None:
        if self._collector is not None:
            self._collector.abandon()
