"""A message as a function of the project sees it: what it may change is its own."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.message import Envelope, File, Message


class Headers(UserDict[str, str]):
    """Found and changed without case; names are lower-case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())


@dataclass(frozen=True, slots=True)
class Record:
    """`number` counts from 1."""

    number: int


class Given:
    """`body` and `headers` are copies: they may be changed in place, or replaced. The rest is only read; it has the
    names that expressions use (`message.file.stem` here is `file.stem` there)."""

    __slots__ = ("_envelope", "_record", "body", "headers")

    def __init__(self, message: Message) -> None:
        self.body: Any = deepcopy(message.body)
        self.headers: Headers | Mapping[str, str] = Headers(message.headers)
        self._envelope: Envelope = message.envelope
        self._record = message.record

    @property
    def id(self) -> str:
        return self._envelope.id

    @property
    def route(self) -> str:
        return self._envelope.route

    @property
    def source(self) -> str:
        return self._envelope.source

    @property
    def client(self) -> str | None:
        return self._envelope.client

    @property
    def received_at(self) -> datetime:
        """When it came in: the time that a function may use, since it stays the same."""
        return self._envelope.received_at

    @property
    def params(self) -> Mapping[str, str]:
        return dict(self._envelope.params)

    @property
    def file(self) -> File | None:
        return self._envelope.file

    @property
    def record(self) -> Record | None:
        """None for a message that was not split."""
        return Record(self._record) if self._record else None
