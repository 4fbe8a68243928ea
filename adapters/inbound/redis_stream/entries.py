"""Entries of a stream, and what one becomes as a message."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from router.headers import CONTENT_TYPE
from router.ledger import End
from router.message import Envelope, new_id, utc_now
from router.route import Route

BODY = b"body"
ENTRY = "entry"
"""The parameter of a message that holds its entry's id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `fields` are name, value, name, value … as they stand in it."""

    id: bytes
    fields: Sequence[bytes]

    @property
    def size(self) -> int:
        return sum(map(len, self.fields))

    @property
    def pairs(self) -> list[tuple[bytes, bytes]]:
        return list(zip(self.fields[::2], self.fields[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Read:
    """What one read gave. `gone` are entries that this group never acknowledged and that the stream holds no more."""

    entries: Sequence[Entry] = ()
    gone: Sequence[bytes] = ()
    after: bytes = b""
    """From where the next read of the same kind goes on."""

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries)

    @property
    def ids(self) -> list[bytes]:
        return [*(entry.id for entry in self.entries), *self.gone]

    def __bool__(self) -> bool:
        return bool(self.entries or self.gone)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An entry as a message. `name` tells it from every other entry of its group; `end` is set where it has no body."""

    envelope: Envelope
    name: str
    end: End | None = field(default=None)


def read_of(items: Sequence[Any] | None) -> Read:
    """From `[[id, fields], …]` of a reply; what is gone has no fields, and in old servers not even an id."""
    found = [item for item in items or () if item is not None]
    gone = [bytes(id) for id, fields in found if fields is None]
    entries = [Entry(id, fields) for id, fields in found if fields is not None]
    return Read(entries, gone, bytes(found[-1][0]) if found else b"")


def drawn(route: Route, entry: Entry) -> Drawn:
    """The body is the field `body` as it is; all other fields are headers. An entry without one is a dead letter whose
    body is all its fields as JSON, so that it can be edited and sent on."""
    pairs = entry.pairs
    bodies = [value for name, value in pairs if name == BODY]
    headers = headers_of(pairs)
    end, body, type_ = None, bodies[0] if bodies else b"", headers.get(CONTENT_TYPE)
    if len(bodies) != 1:
        end, body, type_ = no_body(entry, pairs), all_fields(pairs), "application/json"
    id = entry.id.decode()
    envelope = Envelope(
        new_id(), route.id, route.source.name, utc_now(), body, size=len(body), content_type=type_, headers=headers,
        params={ENTRY: id},
    )  # fmt: skip
    return Drawn(envelope, name_of(id, headers), end)


def headers_of(pairs: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case. What stands twice is joined, as headers of HTTP are."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        if name != BODY:
            key, text = words(name).lower(), words(value)
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def name_of(id: str, headers: Mapping[str, str]) -> str:
    """Ids begin anew where a stream was made again by somebody who gives ids himself: the same id with other fields is
    another entry. (Other bodies are told apart by their hash.)"""
    if not headers:
        return id
    return f"{id}/{hashlib.sha256(msgspec.json.encode(headers)).hexdigest()[:16]}"


def no_body(entry: Entry, pairs: Sequence[tuple[bytes, bytes]]) -> End:
    found = Counter(words(name) for name, _ in pairs)
    names = ", ".join(f"'{name}'" for name in found)
    what = f"has {found['body']} fields 'body'" if found["body"] else "has no field 'body'"
    reason = f"entry {entry.id.decode()} {what}, only one is read; its fields are {names}"
    return End("dead", "decode", "undecodable", reason)


def all_fields(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """As one JSON object; the values of a name that stands twice are a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        key, text = words(name), words(value)
        if key not in found:
            found[key] = text
        else:
            found[key] = [*found[key], text] if isinstance(found[key], list) else [found[key], text]
    return msgspec.json.encode(found)


def words(raw: bytes) -> str:
    """As text; bytes that are not UTF-8 as `\\xNN`."""
    return raw.decode("utf-8", "backslashreplace")
