"""Groups (`split: {group: …}`): neighbours with equal values are one record, a list. A chunk never cuts a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from router.errors import DecodeError, MessageError
from router.ports import Bad, Cut, RecordCodec

LONGEST_GROUP = 16 * 1024 * 1024
MOST_BAD = 100
"""Records that cannot be decoded, one behind the other, over which a group is looked for."""
NEAR = 0.9
"""Of the way to where a group begins, which one cut goes; the rest is gone record by record."""

KeyOf = Callable[[int, Any], object]
"""The values by which a record is grouped. Raises MessageError."""


@dataclass(slots=True)
class Group:
    key: object
    bodies: list[Any] = field(default_factory=list)
    bad: Bad | None = None
    """One between its records could not be decoded: the group is dead as a whole, since nobody knows what is missing."""

    @property
    def body(self) -> Any:
        if self.bad is None:
            return self.bodies
        reason = f"a record inside a group is wrong: {self.bad.error.reason}"
        return Bad(replace_reason(self.bad.error, reason), self.bodies)


def replace_reason(error: MessageError, reason: str) -> MessageError:
    return MessageError(error.stage, error.error, reason, error.details)


def groups(found: Sequence[tuple[int, Any]], key_of: KeyOf) -> list[Group | Bad]:
    """The groups of records in order. A bad record stands alone, unless it is inside a group."""
    made: list[Group | Bad] = []
    current: Group | None = None
    between: list[Bad] = []
    for number, body in found:
        bad, key = _keyed(number, body, key_of)
        if bad is not None:
            between.append(bad)
        elif current is not None and current.key == key:
            if between:
                current.bad = current.bad or between[0]
                current.bodies.extend(one.cells for one in between)
                between = []
            current.bodies.append(body)
        else:
            made.extend(between)
            current, between = Group(key, [body]), []
            made.append(current)
    return [*made, *between]


def _keyed(number: int, body: Any, key_of: KeyOf) -> tuple[Bad | None, object]:
    if isinstance(body, Bad):
        return body, None
    try:
        return None, key_of(number, body)
    except MessageError as error:
        return Bad(error, body), None


class Grouped:
    """A codec of records as one of groups. Its cuts know the records below them (`first_member`, `members`)."""

    def __init__(self, codec: RecordCodec, key_of: KeyOf) -> None:
        self._codec = codec
        self._key_of = key_of

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        last = inner(after) if after is not None else None
        n, first = (after.n + 1, after.first_record + after.records) if after is not None else (0, 1)
        while (piece := next(self._codec.cut(stream, last, size), None)) is not None:
            piece, made = self._whole(stream, last, piece, size)
            yield replace(piece, n=n, first_record=first, records=made, first_member=piece.first_record, members=piece.records)
            last, n, first = piece, n + 1, first + made

    def _whole(self, stream: BinaryIO, last: Cut | None, piece: Cut, size: int) -> tuple[Cut, int]:
        """The piece, shorter or longer so that it ends where a group ends; and how many groups are in it."""
        while True:
            found = self._codec.records(stream, piece, None)
            made = groups(found, self._key_of)
            tail = next((one for one in reversed(made) if isinstance(one, Group)), None)
            if tail is None or self._next_key(stream, piece) != tail.key:
                return piece, len(made)
            start = self._start(found, tail.key)
            if start > 0:
                piece = self._up_to(stream, last, piece, start)
                return piece, len(groups(self._codec.records(stream, piece, None), self._key_of))
            piece = self._longer(stream, piece, size)

    def _start(self, found: Sequence[tuple[int, Any]], key: object) -> int:
        """Where the last group begins: records in front of it."""
        start = len(found)
        for n in range(len(found) - 1, -1, -1):
            bad, its = _keyed(*found[n], self._key_of)
            if bad is None and its != key:
                break
            if bad is None:
                start = n
        return start

    def _next_key(self, stream: BinaryIO, piece: Cut) -> object:
        """Of the first good record behind the piece; the codec itself where there is none."""
        for _, cut in zip(range(MOST_BAD), self._codec.cut(stream, piece, 1), strict=False):
            for number, body in self._codec.records(stream, cut, None):
                bad, key = _keyed(number, body, self._key_of)
                if bad is None:
                    return key
        return self

    def _up_to(self, stream: BinaryIO, last: Cut | None, piece: Cut, records: int) -> Cut:
        """The first so many records of a piece."""
        near = int(piece.length * records / piece.records * NEAR)
        head = next(self._codec.cut(stream, last, near), None) if near > 1 else None
        if head is None or head.records > records:
            head = replace(piece, length=0, records=0)
            behind = self._codec.cut(stream, last, 1)
        else:
            behind = self._codec.cut(stream, head, 1)
        while head.records < records:
            head = joined(head, next(behind))
        return head

    def _longer(self, stream: BinaryIO, piece: Cut, size: int) -> Cut:
        more = next(self._codec.cut(stream, piece, size))
        if piece.length + more.length > LONGEST_GROUP:
            raise DecodeError(f"line {piece.first_line}: a group of records is longer than 16 MiB")
        return joined(piece, more)

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        made = groups(self._codec.records(stream, inner(cut), None), self._key_of)
        numbered = [(n, one.body if isinstance(one, Group) else one) for n, one in enumerate(made, cut.first_record)]
        if wanted is None:
            return numbered
        keep = set(wanted)
        return [pair for pair in numbered if pair[0] in keep]

    def record_from_cells(self, cells: Any) -> Any:
        """An edited group is a list of its records' cells."""
        if not isinstance(cells, list):
            raise DecodeError("a group is edited as a list of records")
        return [self._codec.record_from_cells(one) for one in cells]


def inner(cut: Cut) -> Cut:
    """The same bytes as the codec below knows them."""
    return Cut(cut.n, cut.offset, cut.length, cut.first_member, cut.members, cut.first_line)


def joined(head: Cut, more: Cut) -> Cut:
    return replace(head, length=more.offset + more.length - head.offset, records=head.records + more.records)
