"""Newline-delimited JSON: one body a line, read record by record with bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from router.errors import DecodeError
from router.message import Envelope
from router.ports import Bad, Content, Cut
from transforms.codecs.json import SPACE, JsonCodec, encode, encode_lines

LONGEST_RECORD = 16 * 1024 * 1024
END = b"\n"
FOREIGN_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}

Line = tuple[int, int, bytes]
"""Its number, its first byte, what stands in it without its end."""


class NdjsonCodec:
    """`format: ndjson`: the body is a list, or the value of one line where it is split; a target writes each item of a list
    as a line, any other body as one. LF and CRLF end a line; a lone CR is a blank of JSON. Lines without anything in them are
    no records."""

    name = "ndjson"
    content_type = "application/x-ndjson"
    suffixes: tuple[str, ...] = (".ndjson", ".jsonl")

    def __init__(self) -> None:
        self._json = JsonCodec()

    # --- reading ---
    def decode(self, raw: bytes, envelope: Envelope) -> list[Any]:
        start = past_mark(raw)
        return [self._json.read(text, at, number) for number, at, text in filled(raw[start:], start, 1)]

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        n, offset, record, line = follow(stream, after)
        while True:
            piece = next_piece(stream, offset, size, line)
            if not piece:
                return
            records = sum(1 for _ in filled(piece, offset, line))
            yield Cut(n, offset, len(piece), record, records, line)
            n, offset, record, line = n + 1, offset + len(piece), record + records, line + piece.count(END)

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        stream.seek(cut.offset)
        lines = filled(stream.read(cut.length), cut.offset, cut.first_line)
        keep: Collection[int] = range(cut.first_record, cut.first_record + cut.records) if wanted is None else set(wanted)
        return [(n, self._record(line)) for n, line in enumerate(lines, cut.first_record) if n in keep]

    def _record(self, line: Line) -> Any:
        number, at, text = line
        try:
            return self._json.read(text, at, number)
        except DecodeError as error:
            return Bad(error, text.decode("utf-8", "replace"), text)

    def record_from_cells(self, cells: Any) -> Any:
        """What is edited is the value itself; a text is the line of one that could not be read, and is read again. So a
        value that is a text is edited with its quotes: `"\\"A-1\\""`."""
        if not isinstance(cells, str):
            return cells
        try:
            return self._json.read(cells.encode(errors="surrogatepass"), 0, 1)
        except DecodeError as error:
            raise DecodeError(f"the edited line is not JSON: {error.reason}") from None

    # --- writing ---
    def encode(self, body: Any) -> bytes:
        """A list is what was decoded as one: each of its items is a line."""
        return self.join(body, True) if isinstance(body, list | tuple) else line(body)

    def begin(self, first: Any) -> bytes:
        return b""

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        lines = encode_lines(bodies)
        return b"".join(map(line, bodies)) if lines is None else lines

    def end(self) -> bytes:
        return b""


def line(body: Any) -> bytes:
    return encode(body) + END


def ndjson(options: Mapping[str, Any], content: Content) -> NdjsonCodec:
    """The factory."""
    return NdjsonCodec()


def past_mark(start: bytes) -> int:
    """How long the byte order mark is. Raises DecodeError for that of another encoding: no line of it could be read."""
    for mark, name in FOREIGN_MARKS.items():
        if start.startswith(mark):
            raise DecodeError(f"line 1 (byte 0): the byte order mark is that of {name}; JSON is always UTF-8")
    return len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0


def filled(piece: bytes, offset: int, number: int) -> Iterator[Line]:
    """The lines in which something stands."""
    for line in piece.split(END):
        text = line.removesuffix(b"\r")
        if text.strip(SPACE):
            yield number, offset, text
        number, offset = number + 1, offset + len(line) + 1


def follow(stream: BinaryIO, after: Cut | None) -> tuple[int, int, int, int]:
    """Number, first byte, first record and first line of the next chunk."""
    if after is None:
        stream.seek(0)
        return 0, past_mark(stream.read(len(codecs.BOM_UTF8))), 1, 1
    stream.seek(after.offset)
    line = after.first_line + stream.read(after.length).count(END)
    return after.n + 1, after.offset + after.length, after.first_record + after.records, line


def next_piece(stream: BinaryIO, offset: int, size: int, line: int) -> bytes:
    """About `size` bytes of whole lines; one line where it is longer than that. Raises DecodeError where it is longer than
    16 MiB."""
    stream.seek(offset)
    piece = stream.read(size)
    if len(piece) < size:
        return piece
    end = piece.rfind(END) + 1
    if end:
        return piece[:end]
    piece += stream.readline(max(0, LONGEST_RECORD + 2 - len(piece)))
    if len(piece.removesuffix(END).removesuffix(b"\r")) > LONGEST_RECORD:
        raise DecodeError(
            f"line {line} (byte {offset}): a record is longer than 16 MiB; are the line ends others than LF or CRLF?"
        )
    return piece
