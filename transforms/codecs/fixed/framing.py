"""Where the lines of a stream are: bytes to text, and text to lines, or to blocks of one length that nothing ends."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from router.errors import DecodeError
from transforms.codecs.charset import LONGEST_MARK, Charset, decoded, ebcdic
from transforms.codecs.fixed.layout import Layout

LOOK = (8 * 1024, 64 * 1024)
"""Where no line end stands in so many bytes, there are none."""
LINE_ENDS = "\r\n\x85"
BLANKS = " \t\0\x1a" + LINE_ENDS
"""A line of nothing else is no record: empty lines, what fills a block, and DOS' end of a file."""
DOS_END = "\x1a"
WIDEST = 4
"""Bytes that a character takes at most."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How one stream is read. `length`: its blocks have so many characters; None: it has lines. `start` is its first
    byte behind the byte order mark."""

    charset: Charset
    encoding: str
    start: int
    length: int | None = None

    @property
    def word(self) -> str:
        return "line" if self.length is None else "block"

    @property
    def single(self) -> bool:
        """Whether each character is one byte."""
        return self.encoding != "utf-8" and len(bytes(range(256)).decode(self.encoding, "replace")) == 256

    def text(self, raw: bytes) -> str:
        """What cannot be decoded is there as lone surrogates. A character that is cut at the end comes out as anything."""
        try:
            text = decoded(raw, self.encoding)
        except UnicodeDecodeError:
            text = self.charset.keep(raw, self.encoding)
        if self.length is None and "\x85" in text and ebcdic(self.encoding):
            text = text.replace("\x85", "\n")  # the line end of mainframes, NEL
        return text

    def size(self, text: str) -> int:
        """The bytes that a text took."""
        return len(text) if self.single else self.charset.size(text, self.encoding)

    def pieces(self, text: str, end: bool) -> list[str]:
        """The lines with their ends, or the blocks; only whole ones, unless it is the end of the stream."""
        if self.length is None:
            lines = list(io.StringIO(text.rstrip(DOS_END) if end else text, newline=""))
            return lines if end or not lines or _ends(lines[-1]) else lines[:-1]
        usable = len(text) if end or self.single else max(0, len(text) - WIDEST)
        last = usable if end else usable - usable % self.length
        return [text[at : at + self.length] for at in range(0, last, self.length)]


def _ends(line: str) -> bool:
    """A CR at the end of what was read may be half of a CRLF."""
    return line.endswith("\n")


def framing_of(stream: BinaryIO, layout: Layout, charset: Charset) -> Framing:
    """Looks at the start of a stream. Raises DecodeError where it contradicts the layout."""
    stream.seek(0)
    head = stream.read(LONGEST_MARK)
    encoding, start = charset.detect(head)
    lines = Framing(charset, encoding, start)
    if layout.length is not None:
        blocks = Framing(charset, encoding, start, layout.length)
        _refuse_lines(stream, blocks, layout)
        return blocks
    length = layout.uniform
    if length is None or _has_lines(stream, lines, layout, length):
        return lines
    return Framing(charset, encoding, start, length)


def _has_lines(stream: BinaryIO, lines: Framing, layout: Layout, length: int) -> bool:
    """Whether line ends come; a stream of one line is one of lines, too."""
    for most in (max(LOOK[0], length * WIDEST + WIDEST), LOOK[1]):
        stream.seek(lines.start)
        raw = stream.read(most)
        text = lines.text(raw)
        if "\n" in text or "\r" in text:
            return True
        if len(raw) < most:
            return _is_a_line(text, layout, length)
    return False


def _is_a_line(text: str, layout: Layout, length: int) -> bool:
    found = len(text.rstrip(DOS_END))
    if len(text.rstrip(BLANKS)) > 2 * length and found % length:
        raise DecodeError(
            f"there is no line end, and {found} characters are no whole number of blocks of {length}, as {layout.path} makes"
            " them; say there how long a record is, `length: …`"
        )
    return len(text.rstrip(BLANKS)) <= length or found % length != 0


def _refuse_lines(stream: BinaryIO, blocks: Framing, layout: Layout) -> None:
    """Two line ends exactly behind the first two records are no chance."""
    assert blocks.length is not None
    stream.seek(blocks.start)
    text = blocks.text(stream.read((2 * blocks.length + 4) * WIDEST))
    for end in ("\r\n", "\n", "\r"):
        second = 2 * blocks.length + len(end)
        if text[blocks.length :].startswith(end) and text[second:].startswith(end):
            at = blocks.start + blocks.size(text[: blocks.length])
            raise DecodeError(f"byte {at}: a line end follows each record, but {layout.path} says that all are"
                              f" {blocks.length} characters long with nothing between; remove `length` from it")  # fmt: skip
