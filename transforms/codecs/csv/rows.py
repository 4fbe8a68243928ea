"""The rows of a chunk: which of them are records, and what is wrong with the others."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from router.errors import DecodeError
from router.ports import Bad, Cut
from transforms.codecs.csv.cut import DOS_END, Head, open_quote
from transforms.codecs.csv.dialect import Dialect
from transforms.codecs.places import excerpt

HEADER_AGAIN = "the header stands here a second time; were files joined? Discard this record"
NOT_CLOSED = "a quote is opened and never closed; close it, or double it where it belongs to the text"
FOREIGN = {"\0": "a NUL byte", DOS_END: "a 0x1A byte, the end of a file of DOS,"}
EXTRA = "too-many-"
"""In front of the number of a field that stands behind the last column."""

Convert = Callable[[Any, int, Callable[[Any, int], Any]], list[tuple[int, Any]]]
Explain = Callable[[tuple[str, ...], list[str]], str]


class Reading:
    """One chunk on its way from text to records."""

    def __init__(self, dialect: Dialect, head: Head, cut: Cut, text: str, explain: Explain) -> None:
        self._dialect, self._head, self._cut, self._text, self._explain = dialect, head, cut, text, explain
        self._lines = io.StringIO(text, newline="")
        self.rows = csv.reader(self._lines, **dialect.reader_options())

    @property
    def plain(self) -> bool:
        """Whether nothing stands in it that a row has to be looked at for: quotes, NUL, 0x1A, bytes that could not be
        decoded, the header."""
        text, again = self._text, self._head.text
        if self._dialect.quote in text or "\0" in text or DOS_END in text or (again and again in text):
            return False
        return text.isascii() or not lone(text)

    def one_by_one(self, convert: Convert) -> Iterator[tuple[int, Any]]:
        number, last = self._cut.first_record, self._cut.first_record + self._cut.records - 1
        again = list(self._head.names) if self._head.text else None
        begin, lines = 0, 0
        for row in self.rows:
            start, begin, line, lines = begin, self._lines.tell(), lines, self.rows.line_num
            if not row:
                continue
            if row == again:
                yield number, self.bad(row, number)
            elif any(map(odd, row)):
                yield number, self._odd(row, line, start, begin)
            elif number == last and (opened := open_quote(self._text, self._dialect)) is not None:
                yield number, Bad(DecodeError(f"line {self._cut.first_line + opened}: {NOT_CLOSED}"), self._cells(row))
            else:
                yield from convert([row], number, self.bad)
            number += 1

    def bad(self, row: list[str], number: int) -> Bad:
        """Of a row that was read last: its line and column, and its cells as they are."""
        line = self._cut.first_line + self.rows.line_num - height(row)
        why = self._explain(self._head.names, row)
        return Bad(DecodeError(f"line {line}{',' if why.startswith('column') else ':'} {why}", "invalid"), self._cells(row))

    def _odd(self, row: list[str], line: int, start: int, stop: int) -> Bad:
        """Of characters `start` to `stop` of the chunk, among which some are none."""
        text = self._text[start:stop]
        at = next(i for i, c in enumerate(text) if odd(c))
        n = next(i for i, cell in enumerate(row) if odd(cell))
        named = f", column {self._head.names[n]}" if n < len(self._head.names) else ""
        byte = self._cut.offset + self._dialect.charset.size(self._text[: start + at], self._head.encoding)
        line += self._cut.first_line + (text.count("\n", 0, at) or text.count("\r", 0, at))
        found = FOREIGN.get(text[at])
        what = f"{found} in {excerpt(row[n])}" if found else self._dialect.charset.told(text[at])
        return Bad(DecodeError(f"line {line}{named} (byte {byte}): {what}", "invalid"), self._cells(row))

    def _cells(self, row: list[str]) -> dict[str, str]:
        """By the names of the columns, what has none as `too-many-4`; what could not be decoded shows as `?`."""
        names = self._head.names
        cells = {name: row[i] if i < len(row) else "" for i, name in enumerate(names)}
        for i, text in enumerate(row[len(names) :]):
            cells[f"{EXTRA}{len(names) + i + 1}"] = text
        return {name: text.encode("utf-8", "replace").decode() if lone(text) else text for name, text in cells.items()}


def height(row: list[str]) -> int:
    """Lines that a row takes, less the one on which it ends."""
    return 1 + sum(cell.count("\n") or cell.count("\r") for cell in row)


def odd(text: str) -> bool:
    return "\0" in text or DOS_END in text or lone(text)


def lone(text: str) -> bool:
    """Whether a text holds what could not be decoded."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
