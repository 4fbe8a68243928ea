"""Cutting a document into chunks of whole records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from router.errors import DecodeError
from router.ports import Cut
from transforms.codecs.places import excerpt
from transforms.codecs.xml.encoding import Encoded
from transforms.codecs.xml.outside import Outside
from transforms.codecs.xml.scan import LONGEST_RECORD, Broken, Found, Name, Scanner, Scope
from transforms.codecs.xml.window import Window


@dataclass(slots=True)
class Chunk:
    """One that is being filled."""

    n: int
    offset: int
    line: int
    first_record: int
    records: int = 0

    def cut(self, end: int) -> Cut:
        return Cut(self.n, self.offset, end - self.offset, self.first_record, self.records, self.line)


class Cutter:
    """Goes through a document once, and checks what stands around the records on its way.

    A chunk is read alone, so it begins where the namespaces around it are known from the head of the document: with a
    record around which they are as around the first one, or with another element right below the root."""

    def __init__(self, stream: BinaryIO, encoded: Encoded, name: Name, written: str) -> None:
        self._window = Window(stream, encoded, encoded.start)
        self._outside = Outside(encoded)
        self._scanner = Scanner(self._window, name, (), self._outside.feed)
        self._name, self._written = name, written
        self._first: tuple[Scope, ...] | None = None
        self._records = 0
        self._ended = False
        """Whether the last record had no end: what comes behind it is unknown."""

    def cuts(self, after: Cut | None, size: int) -> Iterator[Cut]:
        """The chunks behind `after`. Raises DecodeError for a document without a record that can be read."""
        begin = after.offset + after.length if after else 0
        chunk: Chunk | None = None
        n, record = (after.n + 1, after.first_record + after.records) if after else (0, 1)
        try:
            for found in self._found():
                offset = self._window.byte(found.start)
                if offset < begin:
                    continue
                if chunk is not None and offset - chunk.offset >= size and self._begins(found, offset - chunk.offset):
                    yield chunk.cut(offset)
                    n, record, chunk = n + 1, record + chunk.records, None
                if chunk is None:
                    chunk = Chunk(n, offset, self._window.place(found.start)[0], record)
                chunk.records += found.record
            self._close()
            end = self._window.byte(self._scanner.at)
        except Broken as broken:
            if self._first is None:
                raise DecodeError(self._told(broken)) from None
            end = self._window.byte(broken.at)
            if chunk is not None:
                chunk.records += 1
        if chunk is not None and chunk.records:
            yield chunk.cut(end)

    def broken(self) -> str:
        """What is wrong around the records, with its place."""
        try:
            for _ in self._found():
                pass
            self._close()
        except Broken as broken:
            return self._told(broken)
        return "the document is whole"

    def _found(self) -> Iterator[Found]:
        """From the first record on."""
        for found in self._scanner:
            if self._first is None and found.record:
                self._first = found.scopes
            if self._first is not None:
                yield found
                self._ended = not found.whole

    def _begins(self, found: Found, length: int) -> bool:
        """Whether a chunk can begin here."""
        if found.scopes == self._first if found.record else self._below_root(found):
            return True
        if length > LONGEST_RECORD:
            where = self._window.where(found.start)
            raise DecodeError(f"{where}: for more than 16 MiB the elements around the records have"
                              " namespaces unlike those around the first one; let the root element declare them")  # fmt: skip
        return False

    def _below_root(self, found: Found) -> bool:
        return len(found.scopes) == 1 and found.tag[1].rpartition(":")[2] != self._name.local

    def _close(self) -> None:
        if self._ended:
            return
        try:
            self._outside.close()
        except ValueError as error:
            raise Broken(self._scanner.at, str(error)) from None
        strange = self._scanner.strange
        if self._first is None and strange is not None:
            space = f"the namespace {excerpt(strange)}" if strange else "no namespace"
            raise DecodeError(f"no element is {self._written}, but there are such of {space}; declare it under `namespaces`,"
                              f" and write its prefix: `records: p:{self._written.rpartition(':')[2]}`")  # fmt: skip

    def _told(self, broken: Broken) -> str:
        return f"{self._window.where(broken.at)}: {broken.reason}"
