"""The fixed codec: lines of fixed columns to objects or groups of them by a layout, and back."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from router.errors import DecodeError
from router.message import Envelope
from router.ports import Bad, Cut
from transforms.codecs.charset import Charset
from transforms.codecs.fixed.cut import cuts
from transforms.codecs.fixed.edits import Edits
from transforms.codecs.fixed.faults import sentence_of
from transforms.codecs.fixed.framing import Framing, framing_of
from transforms.codecs.fixed.groups import Grouping
from transforms.codecs.fixed.layout import Layout
from transforms.codecs.fixed.lines import LineReader, lone
from transforms.codecs.fixed.records import Assembler, Reading
from transforms.codecs.fixed.signs import punches
from transforms.codecs.fixed.write import Writer


class FixedCodec:
    """`format: fixed`: the body is a list of records, or one record where it is split: the object of a line, or a group,
    `{header: {…}, line: [{…}], trailer: {…}}`."""

    name = "fixed"
    suffixes: tuple[str, ...] = ()

    def __init__(self, layout: Layout, charset: Charset) -> None:
        self.layout, self.charset = layout, charset
        self.content_type = f"text/plain; charset={charset.written}"
        marks = punches(charset.name)
        readers = {t: LineReader(layout, line, marks, charset) for t, line in layout.lines.items()}
        self._grouping = Grouping(layout)
        self._assembler, self._edits = Assembler(layout, readers), Edits(layout, readers)
        self._writer = Writer(layout, charset, marks)

    # --- reading ---
    def decode(self, raw: bytes, envelope: Envelope) -> list[Any]:
        stream = io.BytesIO(raw)
        bodies: list[Any] = []
        for cut in self.cut(stream):
            for _, body in self.records(stream, cut):
                if type(body) is Bad:
                    raise body.error
                bodies.append(body)
        return bodies

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        yield from cuts(stream, framing_of(stream, self.layout, self.charset), self._grouping, after, size)

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        framing = framing_of(stream, self.layout, self.charset)
        stream.seek(cut.offset)
        return self._records(stream.read(cut.length), framing, cut.first_record, cut.first_line, wanted)

    def _records(
        self, raw: bytes, framing: Framing, first: int, line: int, wanted: Sequence[int] | None = None
    ) -> list[tuple[int, Any]]:
        text = framing.text(raw)
        lines = framing.pieces(text, True)
        types = self._grouping.types(lines)
        reading = Reading(framing, lines, types, line, raw, "\0" in text or lone(text))
        spans = self._grouping.all_spans(types)
        body = self._assembler.body
        if wanted is None:
            return [(n, body(reading, span)) for n, span in enumerate(spans, first)]
        keep = set(wanted)
        return [(n, body(reading, span)) for n, span in enumerate(spans, first) if n in keep]

    def record_from_cells(self, cells: Any) -> Any:
        """A text is read as the lines of one record; digits in a text have their implied decimals, a number is a value."""
        if isinstance(cells, str):
            return self._record_from_text(cells)
        body, faults = self._edits.body(cells)
        if faults:
            raise DecodeError("; ".join(map(sentence_of, faults)), "invalid")
        return body

    def _record_from_text(self, text: str) -> Any:
        charset = Charset("utf-16-le", "utf-16")  # holds every character, and each is a text of its own
        framing = Framing(charset, charset.name, 0, self.layout.length)
        found = self._records(text.encode(charset.name, "surrogatepass"), framing, 1, 1)
        if len(found) != 1:
            raise DecodeError(f"the edited text is {len(found)} records, not one", "invalid")
        ((_, body),) = found
        if isinstance(body, Bad):
            raise body.error
        return body

    # --- writing ---
    def encode(self, body: Any) -> bytes:
        bodies = body if isinstance(body, (list, tuple)) else [body]
        return self.charset.mark + self.join(bodies, True)

    def begin(self, first: Any) -> bytes:
        return self.charset.mark

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        return b"".join(map(self._writer.written, bodies))

    def end(self) -> bytes:
        return b""
