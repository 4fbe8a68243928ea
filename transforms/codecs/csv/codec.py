"""The csv codec: rows to objects by the columns' types, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, BinaryIO

from router.errors import DecodeError, EncodeError
from router.message import Envelope
from router.ports import Bad, Cut
from transforms.codecs.cells import CellError, Remembered, edited_reader, reader, writer
from transforms.codecs.charset import decoded
from transforms.codecs.csv.cut import DOS_END, cuts, read_head
from transforms.codecs.csv.dialect import Dialect
from transforms.codecs.csv.rows import EXTRA, HEADER_AGAIN, Convert, Reading
from transforms.codecs.places import excerpt, kind

WHOLE_MESSAGE = 1 << 40
csv.field_size_limit(32 * 1024 * 1024)


class CsvCodec:
    """`format: csv`: the body is a list of objects, or one object a record where it is split."""

    name = "csv"
    suffixes: tuple[str, ...] = (".csv",)

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.content_type = f"text/csv; charset={dialect.charset.written}"
        self._cells = {name: Remembered(read) for name, read in self._readers(reader).items()}
        self._converts: dict[tuple[str, ...], Convert] = {}
        self._columns = dialect.names
        self._headed: tuple[str, ...] = ()
        """The columns of an output that is begun already."""
        self._writers = {name: writer(type_, dialect.decimal) for name, type_ in dialect.types.items()}
        self._plain = writer("text", dialect.decimal)

    def _readers(self, make: Callable[[Any, str], Any]) -> dict[str, Any]:
        made = {name: make(type_, self.dialect.decimal) for name, type_ in self.dialect.types.items()}
        return {name: read for name, read in made.items() if read is not None}

    # --- reading ---
    def decode(self, raw: bytes, envelope: Envelope) -> list[dict[str, Any]]:
        stream = io.BytesIO(raw)
        bodies: list[dict[str, Any]] = []
        for cut in self.cut(stream, None, max(1, len(raw) + 1)):
            for _, body in self.records(stream, cut):
                if type(body) is Bad:
                    raise body.error
                bodies.append(body)
        return bodies

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        head = read_head(stream, self.dialect)
        if not head.names:
            return
        yield from cuts(stream, self.dialect, head, after, size)

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        head = read_head(stream, self.dialect)
        stream.seek(cut.offset)
        raw = stream.read(cut.length)
        try:
            text = decoded(raw, head.encoding)
        except UnicodeDecodeError:
            text = self.dialect.charset.keep(raw, head.encoding)
        if text.endswith(DOS_END):
            text = text.rstrip(DOS_END)  # only the end of a file can have it there
        reading = Reading(self.dialect, head, cut, text, self.explain)
        convert = self._convert(head.names)
        plain = reading.plain
        found = convert(reading.rows, cut.first_record, reading.bad) if plain else list(reading.one_by_one(convert))
        if wanted is None or len(wanted) >= len(found):
            return found
        keep = set(wanted)
        return [pair for pair in found if pair[0] in keep]

    def _convert(self, names: tuple[str, ...]) -> Convert:
        """A function made for these columns: one unpacking and one object a row."""
        if names not in self._converts:
            cells: dict[str, Any] = {f"c{i}": self._cells[n] for i, n in enumerate(names) if n in self._cells}
            values = ", ".join(
                f"{n!r}: " + (f"c{i}[v{i}]" if n in self._cells else f"v{i}") for i, n in enumerate(names)
            )
            unpack = ", ".join(f"v{i}" for i in range(len(names))) + ("," if len(names) == 1 else "")
            source = (
                "def convert(rows, number, bad):\n    found = []\n    for row in rows:\n        if not row: continue\n"
                f"        try:\n            {unpack} = row\n            found.append((number, {{{values}}}))\n"
                "        except ValueError:\n            found.append((number, bad(row, number)))\n"
                "        number += 1\n    return found\n"
            )
            exec(compile(source, "<csv columns>", "exec"), cells)
            self._converts[names] = cells["convert"]
        return self._converts[names]

    def record_from_cells(self, cells: Any) -> dict[str, Any]:
        """Types apply again; a value that has its type already (a number of JSON) is read by its text, which is what a
        column without a type has. A field behind the last column has to be dealt with: a delimiter too many moves all
        those behind it."""
        if not isinstance(cells, Mapping):
            raise DecodeError(f"a csv record is an object of cells, not {kind(cells)}")
        readers = self._readers(edited_reader)
        record: dict[str, Any] = {}
        for name, cell in cells.items():
            if name.startswith(EXTRA) and name.removeprefix(EXTRA).isdigit():
                if cell is None:
                    continue
                raise DecodeError(f"too many fields: see that each stands in its column, then set '{name}' to null", "invalid")
            read = readers.get(name)
            try:
                if cell is None or (read is None and isinstance(cell, dict | list)):
                    record[name] = cell
                else:
                    record[name] = self._text_of(cell) if read is None else read(self._text_of(cell))
            except CellError as error:
                raise DecodeError(f"column {name}: {error}", "invalid") from None
        return record

    def _text_of(self, cell: Any) -> str:
        if cell is True or cell is False:
            return "true" if cell else "false"
        return cell if isinstance(cell, str) else f"{cell:f}" if hasattr(cell, "as_tuple") else str(cell)

    def explain(self, names: tuple[str, ...], row: list[str]) -> str:
        """What is wrong with a row."""
        if self.dialect.header and tuple(row) == names:
            return HEADER_AGAIN
        if len(row) != len(names):
            few = "few" if len(row) < len(names) else "many"
            whose = "the header has" if self.dialect.header else "there are columns for"
            return f"too {few} fields: {len(row)}, {whose} {len(names)}; is a delimiter missing, or a quote?"
        for name, text in zip(names, row, strict=True):
            try:
                if name in self._cells:
                    self._cells[name].read(text)
            except CellError as error:
                return f"column {name}: {error}"
        return "the row cannot be read"

    # --- writing ---
    def encode(self, body: Any) -> bytes:
        bodies = body if isinstance(body, (list, tuple)) else [body]
        if not bodies:
            return self._head(self._columns) if self._columns else b""
        return self.begin(bodies[0]) + self.join(bodies, True)

    def begin(self, first: Any) -> bytes:
        self._check(first)
        return self._head(self._names(first))

    def _head(self, names: tuple[str, ...]) -> bytes:
        return self.dialect.charset.mark + (self._encoded([list(names)]) if self.dialect.header else b"")

    def going_on(self, head: bytes) -> CsvCodec:
        """With the columns that the first record gave the output; options that name them hold anyway."""
        if self._columns or not self.dialect.header:
            return self
        d = self.dialect
        text = head.removeprefix(d.charset.mark).decode(d.charset.name, "replace")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=d.delimiter, quotechar=d.quote)
        begun = copy(self)
        begun._headed = tuple(next(rows, ()))
        return begun

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        return self._encoded([self._row(body, self._names(bodies[0])) for body in bodies]) if bodies else b""

    def end(self) -> bytes:
        return b""

    def _names(self, first: Any) -> tuple[str, ...]:
        self._check(first)
        return self._columns or self._headed or tuple(first)

    def _check(self, body: Any) -> None:
        if not isinstance(body, Mapping):
            raise EncodeError(f"a csv record is an object, not {kind(body)}")

    def _row(self, body: Any, names: tuple[str, ...]) -> list[str]:
        self._check(body)
        if not self._columns and len(body) > len(names):
            more = next(n for n in body if n not in names)
            raise EncodeError(f"field {more}: the first record has no such column; give `columns`")
        row: list[str] = []
        for name in names:
            try:
                row.append(self._writers.get(name, self._plain)(body[name]))
            except KeyError:
                raise EncodeError(f"field {name} is missing") from None
            except CellError as error:
                raise EncodeError(f"field {name}: {error}") from None
        return row

    def _encoded(self, rows: list[list[str]]) -> bytes:
        out = io.StringIO()
        d = self.dialect
        plain = csv.writer(out, delimiter=d.delimiter, quotechar=d.quote, lineterminator="\n")
        # Only the characters of its line end are quoted by the writer: a lone CR would end the row for a reader.
        quoted = csv.writer(out, delimiter=d.delimiter, quotechar=d.quote, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in rows:
            (quoted if any("\r" in cell for cell in row) else plain).writerow(row)
        try:
            return out.getvalue().encode(d.charset.name)
        except UnicodeEncodeError as error:
            character = out.getvalue()[error.start]
            raise EncodeError(f"{excerpt(character)} cannot be written in {d.charset.written}") from None
