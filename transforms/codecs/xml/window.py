"""A part of a long document that slides over it: what was passed is forgotten, its lines and bytes stay counted."""

from __future__ import annotations

from typing import BinaryIO

from transforms.codecs.xml.encoding import Encoded

PIECE = 262_144
LOOK_BACK = 65_536
UNIT = 4
"""No character ends inside four bytes of UTF-16 or UTF-32, unless it is a pair, which comes together again in `raw`."""


class Window:
    """`text` is a view of the document from byte `offset` on; `end` is the byte before which it is read."""

    def __init__(self, stream: BinaryIO, encoded: Encoded, offset: int, line: int = 1, end: int | None = None) -> None:
        self._stream, self._read, self._end = stream, offset, end
        self.encoded = encoded
        self.text = ""
        self.over = False
        """Whether the document ends where `text` does."""
        self._line, self._column = line, self._column_before(offset)
        self._known = (0, offset)
        """A character, and the byte at which it stands."""

    def _column_before(self, offset: int) -> int:
        back = min(offset - self.encoded.start, LOOK_BACK)
        self._stream.seek(offset - back)
        before = self.encoded.view(self._stream.read(back))
        found = before.rfind("\n")
        return len(before) - found if found >= 0 or back < LOOK_BACK else 0

    def more(self) -> bool:
        """Takes in as much again as there is, and a piece at least; False at the end."""
        if self.over:
            return False
        want = max(PIECE, len(self.text))
        if self._end is not None:
            want = min(want, self._end - self._read)
        self._stream.seek(self._read)
        raw = self._stream.read(want)
        self.over = len(raw) < want or self._read + len(raw) == self._end
        if not self.over and not self.encoded.bytewise:
            raw = raw[: len(raw) - len(raw) % UNIT]
        self._read += len(raw)
        self.text += self.encoded.view(raw)
        return bool(raw)

    def forget(self, at: int) -> None:
        """Forgets what stands before a character, which becomes the first."""
        (line, column), byte = self.place(at), self.byte(at)
        self._line, self._column, self._known = line, column, (0, byte)
        self.text = self.text[at:]

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character, counted from 1; column 0 where the line begins too far before."""
        lines = self.text.count("\n", 0, at)
        if lines:
            return self._line + lines, at - self.text.rfind("\n", 0, at)
        return self._line, self._column + at if self._column else 0

    def where(self, at: int) -> str:
        """`line 3, column 5`, or its byte where the line is too long to count."""
        return spot(*self.place(at), self.byte(at))

    def byte(self, at: int) -> int:
        """The byte at which a character stands."""
        known, byte = self._known
        if self.encoded.bytewise:
            return byte + at - known
        if at < known:
            known, byte = 0, byte - self.encoded.size(self.text[:known])
        if at != known:
            byte += self.encoded.size(self.text[known:at])
            self._known = (at, byte)
        return byte


def spot(line: int, column: int, byte: int) -> str:
    return f"line {line}, column {column}" if column else f"line {line} (byte {byte})"
