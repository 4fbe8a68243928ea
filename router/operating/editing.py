"""Editing a dead letter: its body as it came in, or the decoded record of a split message, as JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, Protocol, runtime_checkable

import msgspec

from router.browse import DeadLetter
from router.errors import CrossdockError, MessageError
from router.ledger import Revision, Stored, Worklist
from router.pipeline import codec_of
from router.ports import Bad
from router.processing.records import ReadJson, RecordReader, revised, streamed
from router.route import Table

PART = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
PATH = re.compile(rf"body({PART.pattern})*")
MEDIA = re.compile(r"[/+.-](json|ndjson|jsonl|xml|csv)$")
ENCODER = msgspec.json.Encoder(decimal_format="number")
DECODER = msgspec.json.Decoder(float_hook=Decimal)

Path = tuple[str | int, ...]


@runtime_checkable
class ShownAsCells(Protocol):
    """A codec of records whose bodies are not JSON by themselves."""

    def cells_of(self, body: Any) -> Any:
        """What `record_from_cells` reads as this body."""


class EditError(CrossdockError):
    """This cannot be edited so."""


class EditingLedger(Worklist, Protocol):
    def last_revision(self, seq: int, record: int, target: str) -> tuple[str, bytes] | None: ...


@dataclass(frozen=True, slots=True)
class Editable:
    """What is edited: `kind` is `raw`, as it came in, or `record`, as JSON."""

    kind: str
    body: bytes
    suffix: str = ".txt"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is edited elsewhere: an `Editable` to be read piece by piece, `size` bytes of it."""

    kind: str
    suffix: str
    size: int
    stream: BinaryIO


@dataclass(slots=True)
class Chunk:
    """The records that were read last; `key` is their message, chunk and edit."""

    key: tuple[int, int, Revision | None] | None = None
    bodies: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Editing:
    """`table(version)`: the project as it was. Records are read a chunk at a time, and kept until another is asked for:
    neighbours, one after the other, cost the decoding of one."""

    ledger: EditingLedger
    table: Callable[[int], Table]
    read_json: ReadJson
    chunk: Chunk

    def editable(self, letter: DeadLetter) -> Editable:
        """The newest edit, else what there was first. Raises EditError."""
        return self._decoded(letter) or Editable("raw", self._stored(letter).envelope.read(), self._suffix(letter))

    def outgoing(self, letter: DeadLetter) -> Outgoing:
        """The same, a message without an edit as a stream, a record laid out for people. Raises EditError."""
        found = self._decoded(letter)
        if found is not None:
            body = laid_out(found.body) if found.kind == "record" else found.body
            return Outgoing(found.kind, found.suffix, len(body), io.BytesIO(body))
        envelope = self._stored(letter).envelope
        return Outgoing("raw", self._suffix(letter), envelope.size, envelope.open())

    def replaced(self, letter: DeadLetter, body: bytes) -> Editable:
        """Another body as a whole. Raises EditError where it is of a record and no JSON."""
        if not letter.record:
            return Editable("raw", body)
        try:
            self.read_json(body)
        except MessageError as error:
            raise EditError(f"the record of {letter.id} is edited as JSON: {error.reason}") from None
        return Editable("record", body, ".json")

    def same(self, letter: DeadLetter, other: Editable) -> bool:
        """Whether the body is that already; of a record, however it is laid out. Raises EditError."""
        now = self.editable(letter)
        if now.kind != other.kind or now.kind != "record":
            return now.body == other.body
        return as_json(self.read_json(now.body), letter.id) == as_json(self.read_json(other.body), letter.id)

    def _decoded(self, letter: DeadLetter) -> Editable | None:
        """The newest edit, or the record; None for a message as it came in."""
        for place in (letter.place, letter.route):
            last = self.ledger.last_revision(letter.seq, letter.record, place)
            if last is not None:
                return Editable(last[0], last[1], ".json" if last[0] == "record" else self._suffix(letter))
        if not letter.record:
            return None
        return Editable("record", self.record(letter.seq, letter.record, letter.id), ".json")

    def _stored(self, letter: DeadLetter) -> Stored:
        stored = self.ledger.message(letter.seq)
        if stored is None:
            raise EditError(f"message {letter.message} is gone")
        return stored

    def _suffix(self, letter: DeadLetter) -> str:
        """Of its file, else by its content type, else of its format."""
        stored = self._stored(letter)
        envelope = stored.envelope
        if envelope.file is not None and envelope.file.suffix:
            return envelope.file.suffix
        if told := MEDIA.search((envelope.content_type or "").partition(";")[0].strip().lower()):
            return f".{told[1]}"
        try:
            codec = codec_of(self.table(stored.version).routes[envelope.route], envelope)
        except (CrossdockError, KeyError):  # of a version that cannot be used here
            return ".txt"
        return next(iter(codec.suffixes), ".txt")

    def record(self, seq: int, number: int, id: str) -> bytes:
        """A record as it was decoded, as JSON; its cells as texts where it could not be. `id` names it in an EditError."""
        stored = self.ledger.message(seq)
        cut = self.ledger.chunk_of(seq, number)
        if stored is None or cut is None:
            raise EditError(f"there is no record {id}")
        edit: Revision | None = self.ledger.revisions([seq]).get((seq, 0, ""))
        route = self.table(stored.version).routes[stored.envelope.route]
        envelope = revised(stored.envelope, edit)
        key = (seq, cut.n, edit)
        if self.chunk.key != key:
            try:
                read = RecordReader(self.read_json).records(route, stored, cut, None, {}, envelope)
            except MessageError as error:
                raise EditError(f"the message cannot be read any more: {error.reason}") from None
            self.chunk.key, self.chunk.bodies = key, dict(read)
        found = self.chunk.bodies
        if number not in found:
            raise EditError(f"there is no record {id}")
        body = found[number]
        if isinstance(body, Bad):
            if body.cells is None:
                reason = body.error.reason
                raise EditError(f"{id} has no cells that could be read ({reason}): give it a --body FILE")
            body = body.cells
        return self._shown(streamed(route, envelope), body, id)

    def _shown(self, codec: object, body: Any, id: str) -> bytes:
        """Cells of a record that could not be read are shown as they are."""
        if isinstance(codec, ShownAsCells) and not isinstance(body, str | dict):
            body = codec.cells_of(body)
        return as_json(body, id)

    def with_fields(self, letter: DeadLetter, fields: Mapping[Path, Any]) -> Editable:
        """The body with fields set anew. Raises EditError where it is no JSON, or a path leads nowhere."""
        now = self.editable(letter)
        try:
            body = self.read_json(now.body)
        except MessageError as error:
            raise EditError(self._not_json(letter, now, error)) from None
        for path, value in fields.items():
            body = assigned(body, path, value, "body")
        return Editable(now.kind, as_json(body, letter.id), now.suffix)


    @staticmethod
    def _not_json(letter: DeadLetter, now: Editable, error: MessageError) -> str:
        """Of a broken JSON body one wants to know where it is broken."""
        if now.suffix == ".json":
            return f"{letter.id} is not JSON ({error.reason}): edit it as a whole, with --body FILE or $EDITOR"
        what = now.suffix.removeprefix(".")
        return f"{letter.id} is a whole message of {what}, --set changes a field of JSON: edit it with --body FILE or $EDITOR"


def as_json(body: Any, id: str) -> bytes:
    try:
        return ENCODER.encode(body)
    except (TypeError, ValueError) as error:
        raise EditError(f"{id} cannot be shown as JSON ({error}): give it a --body FILE") from None


def laid_out(record: bytes) -> bytes:
    """A record's JSON on lines of its own; numbers keep their digits."""
    try:
        return msgspec.json.format(record, indent=2) + b"\n"
    except msgspec.DecodeError:
        return record


def parse_assignment(text: str) -> tuple[Path, Any]:
    """`body.lines[0].qty=3`: the path below the body, and the value: JSON if it parses, else text. Raises EditError."""
    path, equals, value = text.partition("=")
    if not equals or not PATH.fullmatch(path.strip()):
        raise EditError(f"{text!r} is not like body.qty=3 or body.lines[0].sku=A-1")
    found = tuple(int(n) if n else name for name, n in PART.findall(path.strip().removeprefix("body")))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EditError(f"{text!r} is not UTF-8") from None
    return found, value_of(value)


def value_of(text: str) -> Any:
    try:
        return DECODER.decode(text.encode())
    except msgspec.DecodeError:
        return text


def assigned(body: Any, path: Path, value: Any, where: str) -> Any:
    """The body with one field set; all but the last part of the path must be there."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(body, list):
        n = int(part) if str(part).isdigit() else -1
        if not 0 <= n < len(body):
            raise EditError(f"{where} is a list of {len(body)}, [{part}] is not in it")
        return [assigned(old, rest, value, f"{where}[{n}]") if i == n else old for i, old in enumerate(body)]
    if isinstance(body, str):
        raise EditError(f"{where} is a text, it has no field {part}: set all of it, --set '{where}=…', or give a --body FILE")
    if not isinstance(body, dict):
        raise EditError(f"{where} is {'null' if body is None else type(body).__name__}, it has no field {part}")
    if rest and part not in body:
        raise EditError(f"{where} has no field {part}; there are {', '.join(map(str, body))}")
    return {**body, part: assigned(body.get(part), rest, value, f"{where}.{part}")}
