"""Cutting a stream into chunks of whole records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from router.errors import DecodeError
from router.ports import Cut
from transforms.codecs.fixed.framing import WIDEST, Framing
from transforms.codecs.fixed.groups import Grouping

LONGEST_RECORD = 16 * 1024 * 1024


def cuts(stream: BinaryIO, framing: Framing, grouping: Grouping, after: Cut | None, size: int) -> Iterator[Cut]:
    """The chunks, in order; no line and no group is cut."""
    n, offset, record, line = follow(stream, framing, after)
    want = size
    while True:
        stream.seek(offset)
        raw = stream.read(want)
        if not raw:
            return
        end = len(raw) < want
        length, records, lines = measure(raw, framing, grouping, end)
        if length == 0 and not end:
            if want >= LONGEST_RECORD:
                raise too_long(framing, line, offset)
            want *= 2
            continue
        if records or not end:
            yield Cut(n, offset, length, record, records, line)
        n, offset, record, line, want = n + 1, offset + length, record + records, line + lines, size
        if end:
            return


def follow(stream: BinaryIO, framing: Framing, after: Cut | None) -> tuple[int, int, int, int]:
    """Number, first byte, first record and first line of the next chunk."""
    if after is None:
        return 0, framing.start, 1, 1
    stream.seek(after.offset)
    lines = len(framing.pieces(framing.text(stream.read(after.length)), True))
    return after.n + 1, after.offset + after.length, after.first_record + after.records, after.first_line + lines


def measure(raw: bytes, framing: Framing, grouping: Grouping, end: bool) -> tuple[int, int, int]:
    """(bytes, records, lines) of the whole records of what was read; of all of it at the end of the stream."""
    whole = raw if end or framing.single else raw[: len(raw) - len(raw) % WIDEST]  # half an LF could hide behind a CR
    pieces = framing.pieces(framing.text(whole), end)
    types = grouping.types(pieces)
    if end:
        return len(raw), len(grouping.all_spans(types)), len(pieces)
    spans, open_ = grouping.spans(types)
    return framing.size("".join(pieces[:open_])), len(spans), open_


def too_long(framing: Framing, line: int, offset: int) -> DecodeError:
    what = "a group or a line" if framing.length is None else "a group"
    return DecodeError(f"{framing.word} {line} (byte {offset}): {what} is longer than 16 MiB; does the layout fit this file,"
                       " and is the `encoding` right?")  # fmt: skip
