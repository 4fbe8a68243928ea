"""Bodies to lines of fixed columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from router.errors import EncodeError
from transforms.codecs.cells import CellError
from transforms.codecs.charset import Charset, ebcdic
from transforms.codecs.fixed.groups import Role, role_of
from transforms.codecs.fixed.layout import Cell, Layout, LineType
from transforms.codecs.fixed.signs import Punches
from transforms.codecs.fixed.values import Write, writer
from transforms.codecs.places import excerpt, kind


class LineWriter:
    """Writes lines of one type: texts to the left, numbers with zeros to the right of their columns."""

    def __init__(self, layout: Layout, line: LineType, marks: Punches) -> None:
        self._type, self._marker = line.type, layout.marker
        self._width = layout.length or layout.width(line)
        self._cells: list[tuple[Cell, Write]] = [(cell, writer(cell, marks)) for cell in line.cells]
        self._cells.sort(key=lambda pair: pair[0].start)

    def line(self, body: Any, where: str) -> str:
        """Raises EncodeError with the field."""
        if not isinstance(body, Mapping):
            raise EncodeError(f"{where or 'body'}: an object is expected, not {excerpt(body)}")
        text = ""
        for cell, write in self._cells:
            text = text.ljust(cell.start) + self._cell(cell, write, body, where)
        text = text.ljust(self._width)
        if self._marker is None:
            return text
        marked = self._type.ljust(self._marker.stop - self._marker.start)
        return text[: self._marker.start] + marked + text[self._marker.stop :]

    def _cell(self, cell: Cell, write: Write, body: Mapping[str, Any], where: str) -> str:
        path = f"{where}.{cell.name}" if where else cell.name
        try:
            return write(body[cell.name])
        except KeyError:
            if self._marker is not None and cell.start >= self._marker.start and cell.stop <= self._marker.stop:
                return " " * cell.length
            raise EncodeError(f"field {path} is missing") from None
        except CellError as error:
            raise EncodeError(f"field {path}: {error}") from None


class Writer:
    """Writes bodies: a group as its lines, the kinds of its members one after the other; any other body as one line."""

    def __init__(self, layout: Layout, charset: Charset, marks: Punches) -> None:
        self._layout, self._charset = layout, charset
        self._lines = {type_: LineWriter(layout, line, marks) for type_, line in layout.lines.items()}
        self._end = "" if layout.length else "\x85" if ebcdic(charset.name) else "\n"

    def written(self, body: Any) -> bytes:
        """Raises EncodeError with the field."""
        return b"".join(self._encoded(line, where) for line, where in self._lines_of(body))

    def _lines_of(self, body: Any) -> Iterator[tuple[str, str]]:
        if not isinstance(body, Mapping):
            raise EncodeError(f"a record of fixed columns is an object, not {kind(body)}")
        group = self._layout.group
        if self._layout.marker is None:
            yield self._lines[""].line(body, ""), ""
        elif group is not None and self._layout.name_of(group.start) in body:
            yield from self._group(body)
        else:
            yield self._alone(body), ""

    def _alone(self, body: Mapping[str, Any]) -> str:
        type_ = body.get("type")
        group = self._layout.group
        if group is not None and (type_ not in self._lines or role_of(self._layout, str(type_)) is not Role.ALONE):
            raise EncodeError(f"field {self._layout.name_of(group.start)} is missing: a group begins with it")
        if not isinstance(type_, str) or type_ not in self._lines:
            listed = ", ".join(list(self._lines)[:5])
            raise EncodeError(f"field type: {excerpt(type_)} is no type of line in {self._layout.path}; there are {listed}")
        return self._lines[type_].line(body, "")

    def _group(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        group = self._layout.group
        assert group is not None
        yield self._part(body, group.start)
        for type_ in group.members:
            name = self._layout.name_of(type_)
            members = body.get(name) or []
            if not isinstance(members, (list, tuple)):
                raise EncodeError(f"field {name}: a list is expected, not {excerpt(members)}")
            for n, member in enumerate(members):
                where = f"{name}[{n}]"
                yield self._lines[type_].line(member, where), where
        if group.end:
            yield self._part(body, group.end)

    def _part(self, body: Mapping[str, Any], type_: str) -> tuple[str, str]:
        name = self._layout.name_of(type_)
        if name not in body:
            raise EncodeError(f"field {name} is missing")
        return self._lines[type_].line(body[name], name), name

    def _encoded(self, line: str, where: str) -> bytes:
        try:
            return (line + self._end).encode(self._charset.name)
        except UnicodeEncodeError as wrong:
            at = f"{where}, column" if where else "column"
            raise EncodeError(
                f"{at} {wrong.start + 1}: {excerpt(line[wrong.start])} cannot be written in {self._charset.written}"
            ) from None
