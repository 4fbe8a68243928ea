"""Lines to records: one line, or a group of them, to a body or to a Bad in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from transforms.codecs.cells import CellError
from transforms.codecs.fixed.faults import Placed, bad, no_end, no_start, unknown_type
from transforms.codecs.fixed.framing import Framing
from transforms.codecs.fixed.groups import Span
from transforms.codecs.fixed.layout import Layout
from transforms.codecs.fixed.lines import Body, Fault, LineReader, shown, without_end

STRAY = "stray"
"""In the cells of a broken group: lines of it whose type is unknown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk that was read: its lines with their ends, their types, the number of its first line, its bytes."""

    framing: Framing
    lines: Sequence[str]
    types: Sequence[str | None]
    first_line: int
    raw: bytes
    rough: bool
    """Whether NULs or what could not be decoded stand somewhere in it."""

    def raw_of(self, span: Span) -> bytes:
        ends = list(accumulate(self.framing.size(line) for line in self.lines[: span.stop]))
        return self.raw[ends[span.start - 1] if span.start else 0 : ends[-1]]


class Assembler:
    """Makes bodies of the lines of a chunk."""

    def __init__(self, layout: Layout, readers: Mapping[str, LineReader]) -> None:
        self._layout, self._readers = layout, readers
        self._quick = {type_: one.quick for type_, one in readers.items()}
        group = layout.group
        self._listed = {layout.name_of(t) for t in group.members} if group else set()
        self._place = {t: layout.name_of(t) for t in (group.start, *group.members, group.end) if t} if group else {}

    # --- a record ---
    def body(self, reading: Reading, span: Span) -> Any:
        if not reading.rough:
            try:
                return self._grouped(reading, span) if span.grouped else self._alone(reading, span.start)
            except (CellError, KeyError, IndexError):
                pass  # the careful reader says what it is
        return self._careful(reading, span)

    def _alone(self, reading: Reading, n: int) -> Body:
        line = reading.lines[n]
        length = reading.framing.length
        if length is not None and len(line) < length:
            raise IndexError
        return self._quick[reading.types[n] or ""](without_end(line) if length is None else line)

    def _grouped(self, reading: Reading, span: Span) -> Body:
        """Raises KeyError where a line does not belong, or one is missing."""
        types, quick, place = reading.types, self._quick, self._place
        group = self._layout.group
        assert group is not None
        if types[span.start] != group.start or (group.end and types[span.stop - 1] != group.end):
            raise KeyError
        body: Body = {place[group.start]: None, **{place[type_]: [] for type_ in group.members}}
        for n in range(span.start, span.stop):
            type_ = types[n]
            if type_ is None:
                continue
            value = quick[type_](without_end(reading.lines[n])) if reading.framing.length is None else self._alone(reading, n)
            if place[type_] in self._listed:
                body[place[type_]].append(value)
            else:
                body[place[type_]] = value
        return body

    # --- what is wrong with it ---
    def _careful(self, reading: Reading, span: Span) -> Any:
        faults: list[Placed] = []
        body, cells = self._empty(span), self._empty(span)
        for n in range(span.start, span.stop):
            type_ = reading.types[n]
            if type_ is None:
                continue
            found, texts, wrong = self._line(reading, n, type_)
            path = self._take(body, type_, found, span) if type_ in self._readers else STRAY
            if type_ in self._readers:
                self._take(cells, type_, texts, span)
            elif span.grouped:
                cells.setdefault(STRAY, []).append(texts)
            else:
                cells = texts
            faults += [Placed(reading.first_line + n, one, f"{path}.{one.field}".strip(".")) for one in wrong]
        faults = self._structure(reading, span) + faults if span.grouped else faults
        if not faults:
            return self._ordered(body) if span.grouped else body
        cells = self._ordered(cells) if span.grouped else cells
        return bad(faults, reading.framing.word, cells, reading.raw_of(span))

    def _empty(self, span: Span) -> Any:
        return {name: [] for name in self._listed} if span.grouped else {}

    def _ordered(self, found: Body) -> Body:
        return {name: found[name] for name in (*self._place.values(), STRAY) if name in found}

    def _line(self, reading: Reading, n: int, type_: str) -> tuple[Body, Any, list[Fault]]:
        line, length = reading.lines[n], reading.framing.length
        if type_ not in self._readers:
            return {}, shown(without_end(line)), [unknown_type(self._layout, shown(type_))]
        text = without_end(line) if length is None else line
        body, faults = self._readers[type_].careful(text)
        if length is not None and len(line) < length:
            what = f"the file ends inside this block, after {len(line)} of {length} characters; was it cut short?"
            faults = [Fault(len(line) + 1, "", what), *faults]
        return body, self._readers[type_].texts(text), faults

    def _take(self, body: Body, type_: str, found: Body, span: Span) -> str:
        """Puts a line in its place in the record; its path there."""
        if not span.grouped:
            body.update(found)
            return ""
        name = self._place[type_]
        if name not in self._listed:
            body[name] = found
            return name
        body[name].append(found)
        return f"{name}[{len(body[name]) - 1}]"

    def _structure(self, reading: Reading, span: Span) -> list[Placed]:
        group = self._layout.group
        assert group is not None
        types = [t for t in reading.types[span.start : span.stop] if t is not None]
        line = reading.first_line + span.start
        if types[0] != group.start:
            return [Placed(line, no_start(self._layout, types[0]), "")]
        return [Placed(line, no_end(self._layout), "")] if group.end and group.end not in types else []
