"""What the worker parent shares with its children: what each works on at this instant, who rests, the drain, and the bells.

Made in the parent before the fork. A child owns the slot of its index (unique among living children). A mark costs no
commit, and outlives the child that wrote it: the parent reads it, and any child hands what it found to the ledger.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

SLOT = struct.Struct("=qq")
"""What is worked on, and how many marks there were before: the same work marked anew is not one long computing."""
OBITUARY = struct.Struct("=q40s")
"""Shorter than PIPE_BUF: one write moves one record, and so does one read, as all records are of one length."""
FIRST = 8
"""The slots start behind the draining byte, aligned."""


class Marks:
    """The whole memory. The parent keeps it; `slot(index)` is a child's part."""

    def __init__(self, children: int) -> None:
        self.children = children
        self._memory = mmap.mmap(-1, self.rest_of(children))
        self._out, self._in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.bells = [os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) for _ in range(children)]
        """Of each slot: readable once there was a bell for who is at work."""

    def slot(self, index: int) -> Slot:
        return Slot(self, self._memory, index)

    def drain(self) -> None:
        """Tells every shift to take no new work. Safe in a signal handler."""
        self._memory[0] = 1

    def draining(self) -> bool:
        return self._memory[0] != 0

    def ring(self) -> bool:
        """Has each child look at once that rests while it is at work; whether there was one."""
        resting = [bell for index, bell in enumerate(self.bells) if self._memory[self.rest_of(index)]]
        for bell in resting:
            with suppress(BlockingIOError):  # it has rung often enough
                os.eventfd_write(bell, 1)
        return bool(resting)

    def rest_of(self, index: int) -> int:
        """Where it stands whether the child of this slot rests."""
        return FIRST + SLOT.size * self.children + index

    def died(self, index: int, reason: str) -> int:
        """In the parent, which saw the child of this slot die abnormally: what it worked on (0: nothing that could
        have killed it) is written down for the ledger, and the slot is free. A drain or a full pipe counts nothing."""
        work = self.clear(index)
        if work and not self.draining():
            try:
                os.write(self._in, OBITUARY.pack(work, reason.encode()[:40]))
            except BlockingIOError:
                return 0
        return work

    def clear(self, index: int) -> int:
        """Frees the slot of a child that is gone; what was marked in it."""
        work, count = self.state(index)
        SLOT.pack_into(self._memory, FIRST + SLOT.size * index, 0, count)
        self._memory[self.rest_of(index)] = 0
        return work

    def state(self, index: int) -> tuple[int, int]:
        """(what the child of this slot works on, how many marks it has made)."""
        work, count = SLOT.unpack_from(self._memory, FIRST + SLOT.size * index)
        return int(work), int(count)

    def obituaries(self) -> Iterator[tuple[int, str]]:
        """(work, reason) of what died; each comes once, to one of the children."""
        while True:
            try:
                record = os.read(self._out, OBITUARY.size)
            except BlockingIOError:
                return
            if not record:
                return  # the parent is gone
            work, reason = OBITUARY.unpack(record)
            yield work, reason.rstrip(b"\0").decode("utf-8", "replace")

    def close(self) -> None:
        for descriptor in (self._in, self._out, *self.bells):
            os.close(descriptor)
        self._memory.close()


class Slot:
    """What a child sees: its own mark, and whether the worker drains."""

    __slots__ = ("_marks", "_memory", "_offset", "beat", "bell", "count", "exhausted", "index", "work")

    def __init__(self, marks: Marks, memory: mmap.mmap, index: int) -> None:
        self.index = index
        self.bell = marks.bells[index]
        """Descriptor: readable once there was a bell since `heard`."""
        self._marks = marks
        self._memory = memory
        self._offset = FIRST + SLOT.size * index
        self.work, self.count = marks.state(index)
        self.beat = 0
        self.exhausted: Callable[[], None] = lambda: None
        """Ends the child, which has no memory left."""

    def mark(self, work: int) -> None:
        """This work (a parked unit where negative) is computed from now on; 0: nothing is. The same again, with no 0
        between, is its next record: another computing for this child, the same one for the parent."""
        self.beat += 1
        if work != self.work:
            self.work = work
            self.count += 1
            SLOT.pack_into(self._memory, self._offset, work, self.count)

    def clear(self) -> None:
        self.mark(0)

    def draining(self) -> bool:
        return self._memory[0] != 0

    def rests(self, rests: bool) -> None:
        """At work, but with time to look for more: it hears bells."""
        self._memory[self._marks.rest_of(self.index)] = rests

    def heard(self) -> bool:
        """Whether there was a bell for who is at work since this was asked last."""
        try:
            return os.eventfd_read(self.bell) > 0
        except BlockingIOError:
            return False

    def obituaries(self) -> Iterator[tuple[int, str]]:
        return self._marks.obituaries()
