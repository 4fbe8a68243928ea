"""A line to an object: quickly where all is well, and cell by cell where a mistake has to be named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from transforms.codecs.cells import CellError, Remembered
from transforms.codecs.charset import Charset
from transforms.codecs.fixed.framing import LINE_ENDS
from transforms.codecs.fixed.layout import Layout, LineType
from transforms.codecs.fixed.signs import Punches
from transforms.codecs.fixed.values import BLANK, Read, edited, reader
from transforms.codecs.places import excerpt

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: the field (`''`: the line as a whole), its column, and what is wrong."""

    column: int
    field: str
    what: str


class LineReader:
    """Reads the lines of one type."""

    def __init__(self, layout: Layout, line: LineType, marks: Punches, charset: Charset) -> None:
        self.line = line
        self._charset = charset
        self._typed = bool(line.type) and not (layout.group is not None and layout.group.holds(line.type))
        self._reads = {cell.name: read for cell in line.cells if (read := reader(cell, marks)) is not None}
        self._edits: Mapping[str, Read] = {cell.name: edited(cell, marks) for cell in line.cells}
        self.quick = self._function()
        """`quick(line) -> object`, a line without its end; raises CellError where `careful` has to be asked."""

    def _function(self) -> Callable[[str], Body]:
        """Made for these fields: one object display, a slice a field; values are remembered by their columns."""
        env: dict[str, Any] = {}
        items = [f"{name!r}: {value!r}" for name, value in self._start().items()]
        for i, cell in enumerate(self.line.cells):
            columns = f"line[{cell.start}:{cell.stop}]"
            if cell.name in self._reads:
                env[f"c{i}"] = Remembered(self._reads[cell.name])
                columns = f"c{i}[{columns}]"
            else:
                columns = f"{columns}.strip({BLANK!r})"
            items.append(f"{cell.name!r}: {columns}")
        exec(compile(f"def read(line):\n    return {{{', '.join(items)}}}\n", "<fixed columns>", "exec"), env)
        made: Callable[[str], Body] = env["read"]
        return made

    def _start(self) -> Body:
        return {"type": self.line.type} if self._typed else {}

    def texts(self, line: str) -> Body:
        """The cells as texts, for an operator; what could not be decoded shows as U+FFFD."""
        found = self._start()
        for cell in self.line.cells:
            found[cell.name] = shown(line[cell.start : cell.stop].strip(BLANK))
        return found

    def careful(self, line: str) -> tuple[Body, list[Fault]]:
        """The object as far as it can be read, and every mistake."""
        found, faults = self._start(), []
        for cell in self.line.cells:
            text = line[cell.start : cell.stop]
            try:
                _check(text.strip(BLANK), self._charset)
                found[cell.name] = self._reads[cell.name](text) if cell.name in self._reads else text.strip(BLANK)
            except CellError as error:
                faults.append(Fault(cell.column, cell.name, str(error)))
        return found, faults

    def from_cells(self, cells: Any, where: str) -> tuple[Body, list[Fault]]:
        """The object of cells that an operator edited; a field that is left out is empty."""
        found, faults = self._start(), []
        if not isinstance(cells, Mapping):
            return found, [Fault(0, where, f"an object of its cells is expected, not {excerpt(cells)}")]
        for cell in self.line.cells:
            try:
                found[cell.name] = self._edits[cell.name](cells.get(cell.name))
            except CellError as error:
                faults.append(Fault(0, f"{where}.{cell.name}" if where else cell.name, str(error)))
        return {**cells, **found}, faults


def _check(text: str, charset: Charset) -> None:
    if "\0" in text:
        raise CellError(f"a NUL stands in {excerpt(text)}")
    if lone(text):
        found = next(c for c in text if "\ud800" <= c <= "\udfff")
        raise CellError(f"the byte {charset.told(found)}")


def lone(text: str) -> bool:
    """Whether a text holds what could not be decoded."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def without_end(line: str) -> str:
    return line.rstrip(LINE_ENDS)
