"""Reading a split message record by record, with what operators changed put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from router.errors import ExpressionError, MessageError
from router.ledger import Revision, Stored
from router.message import Envelope, Message
from router.pipeline import Filtered, apply, before_split, codec_of, decode
from router.ports import Bad, Cut, RecordCodec, SplitStep
from router.processing.grouping import Group, Grouped, KeyOf, groups
from router.route import Route

RECORDS_PER_CHUNK = 500
"""Where a message is split by an expression: there are no byte offsets, and the whole is decoded for each chunk."""

ReadJson = Callable[[bytes], Any]


def streamed(route: Route, envelope: Envelope) -> RecordCodec | None:
    """The codec that cuts the stream, where `split: records` is the first step that needs the body."""
    if not route.streams:
        return None
    codec = codec_of(route, envelope)
    return codec if isinstance(codec, RecordCodec) else None


@runtime_checkable
class Holding(Protocol):
    """A codec whose body of a whole message is no list, but holds its records."""

    def records_of(self, body: Any) -> list[Any] | None:
        """None where the body is another than the codec decoded."""


def records_of(codec: object, body: Any) -> list[Any]:
    """The records of a body that steps before the split needed whole. Raises MessageError."""
    if isinstance(body, (list, tuple)):
        return list(body)
    found = codec.records_of(body) if isinstance(codec, Holding) else None
    if found is None:
        raise MessageError("split", "type", "split: records needs a format of records or a body that is a list")
    return found


def revised(envelope: Envelope, revision: Revision | None) -> Envelope:
    """The envelope with the body that an operator gave it."""
    if revision is None or revision.kind != "raw" or revision.body is None:
        return envelope
    return replace(envelope, raw=revision.body, blob=None, size=len(revision.body))


class RecordReader:
    """Reads records; keeps the last message that had to be decoded whole."""

    def __init__(self, read_json: ReadJson) -> None:
        self._read_json = read_json
        self._kept: tuple[Envelope | None, int, list[Any]] = (None, 0, [])

    def bodies(self, route: Route, envelope: Envelope, version: int) -> list[Any]:
        """All records of a message that is decoded whole. Raises MessageError."""
        kept = self._kept[0]
        if kept is not None and (kept.id, self._kept[1], kept.raw) == (envelope.id, version, envelope.raw):
            return self._kept[2]
        message = apply(before_split(route), decode(route, envelope))
        if isinstance(message, Filtered):
            return []
        split = route.split
        assert split is not None
        by_codec = split.by_codec
        bodies = records_of(codec_of(route, envelope), message.body) if by_codec else list(split.bodies(message))
        bodies = grouped(split, bodies, envelope)
        self._kept = (envelope, version, bodies)
        return bodies

    def codec(self, route: Route, envelope: Envelope) -> RecordCodec | Grouped | None:
        """What cuts the stream: the format's codec, or one of groups on top of it."""
        codec, split = streamed(route, envelope), route.split
        if codec is None or split is None or not split.group:
            return codec
        return Grouped(codec, key_of(split, envelope))

    def cuts(self, route: Route, stored: Stored, last: Cut | None, envelope: Envelope) -> Iterator[Cut]:
        """The chunks of a message, after the last one that was cut. Raises MessageError."""
        codec = self.codec(route, envelope)
        if codec is not None:
            with envelope.open() as stream:
                yield from codec.cut(stream, last)
            return
        bodies = self.bodies(route, envelope, stored.version)
        first = last.first_record + last.records if last else 1
        n = last.n + 1 if last else 0
        while first <= len(bodies):
            records = min(RECORDS_PER_CHUNK, len(bodies) - first + 1)
            yield Cut(n, 0, 0, first, records, 0)
            first, n = first + records, n + 1

    def records(
        self, route: Route, stored: Stored, cut: Cut, wanted: Sequence[int] | None, edits: Mapping[int, Revision],
        envelope: Envelope,
    ) -> list[tuple[int, Any]]:  # fmt: skip
        """(record number, body or Bad) of a chunk, in order."""
        codec = self.codec(route, envelope)
        if codec is not None:
            with envelope.open() as stream:
                found = codec.records(stream, cut, wanted)
        else:
            bodies = self.bodies(route, envelope, stored.version)
            numbers = wanted if wanted is not None else range(cut.first_record, cut.first_record + cut.records)
            found = [(n, bodies[n - 1]) for n in numbers]
        if not edits:
            return found
        return [(n, self.edited(codec, edits[n]) if n in edits else body) for n, body in found]

    def edited(self, codec: RecordCodec | Grouped | None, revision: Revision) -> Any:
        """The body that an operator gave a record, or Bad."""
        body = self._read_json(revision.body or b"null")
        if codec is None:
            return body
        try:
            return codec.record_from_cells(body)
        except MessageError as error:
            return Bad(error, body)


def grouped(split: SplitStep, bodies: list[Any], envelope: Envelope) -> list[Any]:
    """The records of a message that was decoded whole; lists of neighbours where the split groups them."""
    if not split.group:
        return bodies
    made = groups(list(enumerate(bodies, 1)), key_of(split, envelope))
    return [one.body if isinstance(one, Group) else one for one in made]


def key_of(split: SplitStep, envelope: Envelope) -> KeyOf:
    def key(number: int, body: Any) -> object:
        message = Message(envelope, body, None, number, True)
        try:
            return [expression(message) for expression in split.group]
        except ExpressionError as error:
            raise MessageError("split", error.error, f"group: {error.reason}") from None

    return key


def as_message(envelope: Envelope, record: int, body: Any) -> Message:
    """A record as the steps after the split see it. Raises the record's MessageError where it could not be decoded."""
    if isinstance(body, Bad):
        raise body.error
    return Message(envelope, body, None, record, True)
