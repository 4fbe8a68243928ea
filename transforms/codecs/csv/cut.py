"""Cutting a stream into chunks at record boundaries, and reading what stands before the records."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from router.config.nearest import nearest
from router.errors import DecodeError
from router.ports import Cut
from transforms.codecs.charset import LONGEST_MARK
from transforms.codecs.csv.dialect import Dialect
from transforms.codecs.places import excerpt

LONGEST_RECORD = 16 * 1024 * 1024
HEADS = (8 * 1024, 1024 * 1024)
"""How much of a stream is read for its header: it is read again for each chunk, so first a little."""
DOS_END = "\x1a"
BEHIND = "\ue000"
"""A text that stands in no file."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the records: their first byte and line, the columns, and the encoding that the mark says. `text`
    is the header as it was written, where it can be told from a record."""

    offset: int
    line: int
    names: tuple[str, ...]
    encoding: str
    text: str = ""


def read_head(stream: BinaryIO, dialect: Dialect) -> Head:
    """Raises DecodeError for a header that cannot be used; an empty file has no columns and no records."""
    for most in HEADS:
        stream.seek(0)
        raw = stream.read(most)
        encoding, mark = dialect.charset.detect(raw[:LONGEST_MARK])
        text = dialect.charset.keep(raw[mark:], encoding)
        lines = io.StringIO(text, newline="")
        skipped = "".join(lines.readline() for _ in range(dialect.skip))
        header, names = _header(lines, dialect) if dialect.header else ("", dialect.names)
        if len(raw) < most or len(skipped) + len(header) < len(text):
            break
    else:
        raise DecodeError(f"line {1 + dialect.skip}: the header has no end within 1 MiB; is a quote left open, or are the"
                          " line ends others than CRLF, LF or CR?")  # fmt: skip
    line = 1 + dialect.skip
    if dialect.header:
        line += header.count("\n") or header.count("\r")
        _check(names, dialect, encoding, line - 1)
    passed = dialect.charset.size(skipped + header, encoding)
    return Head(mark + passed, line, names, encoding, header.strip("\r\n") if len(names) > 1 else "")


def _header(lines: io.StringIO, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for text in lines:
            taken.append(text)
            yield text

    for row in csv.reader(feed(), **dialect.reader_options()):
        if row:
            names = row if row != [DOS_END] else []
            return "".join(taken), tuple(names)
    return "".join(taken), ()


def _check(names: tuple[str, ...], dialect: Dialect, encoding: str, line: int) -> None:
    if not names:
        return
    for name in names:
        try:
            name.encode(encoding)
        except UnicodeEncodeError as error:
            reason = dialect.charset.told(name[error.start])
            raise DecodeError(f"line {line}, header: {reason}") from None
        if "\0" in name:
            raise DecodeError(f"line {line}, header: a NUL byte stands in {excerpt(name)}; is this a text file?")
    nameless = [n for n, name in enumerate(names, 1) if not name.strip()]
    if nameless and nameless != [len(names)]:
        raise DecodeError(f"line {line}: column {nameless[0]} of the header has no name; write one, or skip this line")
    doubled = next((n for i, n in enumerate(names) if n in names[:i]), None)
    if doubled is not None:
        raise DecodeError(f"line {line}: the header names column {excerpt(doubled)} twice")
    missing = [name for name in dialect.types if name not in names]
    if missing:
        listed = ", ".join(excerpt(n) for n in names[:12])
        raise DecodeError(
            f"line {line}: the header lacks column {excerpt(missing[0])}; it has {listed}. "
            + (f"Is {excerpt(close)} meant?" if (close := nearest(missing[0], names)) is not None
               else f"Is the delimiter {excerpt(dialect.delimiter)} right, and is there a header?")
        )


def cuts(stream: BinaryIO, dialect: Dialect, head: Head, after: Cut | None, size: int) -> Iterator[Cut]:
    """The chunks of the records, in order; records are never cut."""
    n, offset, record, line = 0, head.offset, 1, head.line
    if after is not None:
        n, offset = after.n + 1, after.offset + after.length
        record = after.first_record + after.records
        line = _line_after(stream, dialect, head, after)
    cutter = _Bytes(dialect) if dialect.bytewise and head.encoding == dialect.charset.name else _Text(dialect, head)
    want = size
    while True:
        stream.seek(offset)
        block = stream.read(want)
        if not block:
            return
        end = len(block) < want
        length, records, lines = cutter.measure(block, end)
        if length == 0 and not end:
            if want >= LONGEST_RECORD:
                raise too_long(block, dialect, head, line, offset)
            want *= 2
            continue
        if records or not end:
            yield Cut(n, offset, length, record, records, line)
            n += 1
        offset, record, line, want = offset + length, record + records, line + lines, size
        if end:
            return


def too_long(block: bytes, dialect: Dialect, head: Head, line: int, offset: int) -> DecodeError:
    opened = open_quote(dialect.charset.keep(block, head.encoding), dialect)
    if opened is not None:
        return DecodeError(f"line {line + opened}: the quote that is opened here is not closed within 16 MiB; close it, or"
                           " double it where it belongs to the text")  # fmt: skip
    return DecodeError(f"line {line} (byte {offset}): a record is longer than 16 MiB; are the line ends others than CRLF, LF"
                       " or CR?")  # fmt: skip


def open_quote(text: str, dialect: Dialect) -> int | None:
    """Lines before that on which the last quote of a text is opened, where it is never closed: what is written behind the
    text then belongs to its last cell."""
    ended = text if text.endswith(("\n", "\r")) else text + "\n"
    rows = csv.reader(io.StringIO(ended + BEHIND, newline=""), **dialect.reader_options())
    row = deque(rows, 1).pop()
    if row == [BEHIND]:
        return None
    return rows.line_num - 1 - (row[-1].count("\n") or row[-1].count("\r"))


def _line_after(stream: BinaryIO, dialect: Dialect, head: Head, cut: Cut) -> int:
    stream.seek(cut.offset)
    text = dialect.charset.keep(stream.read(cut.length), head.encoding)
    return cut.first_line + (text.count("\n") or text.count("\r"))


class _Bytes:
    """Measures chunks of encodings that extend ASCII."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._quote = dialect.quote.encode(dialect.charset.name)

    def measure(self, block: bytes, end: bool) -> tuple[int, int, int]:
        """(bytes, records, lines) of the whole records of a block; of all of it at the end of the file."""
        if self._quote in block or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n")):
            return self._parsed(block, end)
        length = len(block) if end else block.rfind(b"\n") + 1
        whole = block if end else block[:length]
        lines = whole.count(b"\n")
        blank = whole.count(b"\n\n") + whole.count(b"\n\r\n") + whole.startswith((b"\n", b"\r\n"))
        if blank or b"\x1a" in whole:
            return self._parsed(block, end)
        return length, lines + (end and not whole.endswith(b"\n") and bool(whole)), lines

    def _parsed(self, block: bytes, end: bool) -> tuple[int, int, int]:
        """By the reader itself, on bytes shown as Latin-1."""
        return measure_text(block.decode("latin-1"), self._dialect, end, len)


class _Text:
    """Measures chunks of encodings in which a character is no byte."""

    def __init__(self, dialect: Dialect, head: Head) -> None:
        self._dialect = dialect
        self._encoding = head.encoding

    def measure(self, block: bytes, end: bool) -> tuple[int, int, int]:
        usable = len(block) if end else len(block) - len(block) % 4
        text = self._dialect.charset.keep(block[:usable], self._encoding)
        return measure_text(text, self._dialect, end, self._size)

    def _size(self, text: str) -> int:
        return self._dialect.charset.size(text, self._encoding)


def measure_text(text: str, dialect: Dialect, end: bool, size: object) -> tuple[int, int, int]:
    """(bytes, records, lines) of the whole records of a text; without its last one where more follows."""
    text = text.rstrip(DOS_END) if end else text
    options = dialect.reader_options()
    lines = io.StringIO(text, newline="")
    taken = 0
    ends: list[tuple[int, int]] = []

    def feed() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += len(line)
            yield line

    records = before = 0
    reader = csv.reader(feed(), **options)
    for row in reader:
        before = records
        if row:
            records += 1
        if not end:
            ends.append((taken, reader.line_num))
            del ends[:-2]
    if end:
        return size(text), records, text.count("\n") or text.count("\r")  # type: ignore[operator]
    if len(ends) < 2:
        return 0, 0, 0
    length, line = ends[-2]
    return size(text[:length]), before, line  # type: ignore[operator]
