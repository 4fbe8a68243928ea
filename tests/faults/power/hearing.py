"""What the recorded processes told others: that a request is accepted, that an event may be forgotten, that a file is taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tests.faults.power.trace import Call

ACCEPTED = re.compile(rb"HTTP/1\.1 202 ")
ID = re.compile(rb'"id":"([0-9a-f-]{36})"')
ACK = re.compile(rb"\x01..\x00\x00\x00\x0d\x00\x3c\x00\x50(.{8})[\x00\x01]\xce", re.DOTALL)
"""AMQP 0-9-1, 2.3.5 and 1.8.3.13: a method frame of 13 bytes with basic.ack and its delivery tag, on any channel."""


@dataclass
class Told:
    """Until now: messages that were answered 202, events that were acknowledged (that and all before it, counted from 1),
    and files that left the sender's folder."""

    accepted: set[str] = field(default_factory=set)
    acked: int = 0
    moved: set[str] = field(default_factory=set)


class Ear:
    """`inbox` is from where files are taken, `bus` the port of the system that events come from."""

    def __init__(self, inbox: str, bus: int) -> None:
        self.told = Told()
        self._inbox, self._bus = inbox, f":{bus}"
        self._answers: set[str] = set()
        self._consumers: set[str] = set()

    def hears(self, call: Call) -> bool:
        """Whether somebody was told something."""
        if not call.socket:
            return self._moves(call)
        text = b"".join(call.words)
        return self._acknowledges(call.socket, text) if call.socket.endswith(self._bus) else self._answered(call.socket, text)

    def _answered(self, socket: str, text: bytes) -> bool:
        if ACCEPTED.match(text):
            self._answers.add(socket)
        found = ID.search(text)
        if found is None or socket not in self._answers:
            return False
        self._answers.discard(socket)
        self.told.accepted.add(found[1].decode())
        return True

    def _acknowledges(self, socket: str, text: bytes) -> bool:
        tags = [int.from_bytes(tag) for tag in ACK.findall(text)]
        if tags:
            self._consumers.add(socket)
            assert len(self._consumers) == 1, "a second consumer: tags begin anew, and say nothing of which event it was"
        self.told.acked = max([self.told.acked, *tags])
        return bool(tags)

    def _moves(self, call: Call) -> bool:
        if not call.name.startswith("rename"):
            return False
        path = PurePosixPath(call.words[0].decode())
        if str(path.parent) != self._inbox:
            return False
        self.told.moved.add(path.name)
        return True
