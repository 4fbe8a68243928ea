"""What travels: the envelope that came in (bytes) and the message that steps work on (objects)."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import uuid_utils


def new_id() -> str:
    """A UUIDv7: ids made later sort later, so that they cluster in the ledger."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True)
class File:
    """The file that a message came in as; `name` has no folder."""

    name: str
    size: int

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing that came in, as it came in. Headers have lower-case names.

    Small bodies are `raw`; files and large bodies are a `blob`, a file of the ledger that nobody changes.
    `source` is the connection (folder) or the path (HTTP) that it came by; `received_at` is aware, in UTC.
    """

    id: str
    route: str
    source: str
    received_at: datetime
    raw: bytes | None = None
    blob: Path | None = None
    size: int = 0
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    client: str | None = None
    file: File | None = None
    only: tuple[str, ...] = ()
    """The ids of the targets that a replay goes to."""

    @property
    def replayed(self) -> bool:
        """Whether this is another message sent again: it takes no identity."""
        return ".p" in self.id

    def read(self) -> bytes:
        """The whole body. Use `open` where it may be large."""
        if self.raw is not None:
            return self.raw
        return self.blob.read_bytes() if self.blob is not None else b""

    def open(self) -> BinaryIO:
        """The body as a seekable stream; the caller closes it."""
        if self.raw is None and self.blob is not None:
            return self.blob.open("rb")
        return io.BytesIO(self.raw or b"")


class Message:
    """A decoded envelope, or one record of it, on its way through the steps. A step returns a new one.

    `record` counts from 1 and is 0 for a message that was not split; `changed` says whether a step made another body
    than the one that came in. `target` is the id of the target that it is on its way to, '' before it is decided.
    """

    __slots__ = ("body", "changed", "envelope", "headers", "record", "target")

    def __init__(
        self,
        envelope: Envelope,
        body: Any,
        headers: Mapping[str, str] | None = None,
        record: int = 0,
        changed: bool = False,
        target: str = "",
    ) -> None:
        self.envelope = envelope
        self.body = body
        self.headers = envelope.headers if headers is None else headers
        self.record = record
        self.changed = changed
        self.target = target

    def with_body(self, body: Any) -> Message:
        return Message(self.envelope, body, self.headers, self.record, True, self.target)

    def with_headers(self, headers: Mapping[str, str]) -> Message:
        return Message(self.envelope, self.body, headers, self.record, self.changed, self.target)

    def at(self, target: str) -> Message:
        """On its way to that target."""
        return Message(self.envelope, self.body, self.headers, self.record, self.changed, target)


REPLAY = re.compile(r"(.+)(\.p\d+)")
"""A replay is a message of its own, whose id is that of the message it replays with `.p2` and so on behind it."""


def delivery_id(message_id: str, target: str, record: int) -> str:
    """`<message>:<target>[:<record>]`: the same on every attempt and requeue; of a replay with `.p2` and so on behind it.
    `target` is the id inside its route, '' where a unit died before any."""
    found = REPLAY.fullmatch(message_id)
    message, replay = found.groups() if found else (message_id, "")
    return ":".join(part for part in (message, target, str(record or "")) if part) + replay


def parse_id(id: str) -> tuple[str, str, int] | None:
    """(message, id of the target or '', record) of a delivery's id or a message's, or None for what is no such id."""
    found = REPLAY.fullmatch(id)
    whole, replay = found.groups() if found else (id, "")
    message, *rest = whole.split(":")
    record = int(rest.pop()) if rest and rest[-1].isdigit() else 0
    target = rest.pop() if rest else ""
    return None if rest or not message else (message + replay, target, record)


def utc_now() -> datetime:
    return datetime.now(UTC)
