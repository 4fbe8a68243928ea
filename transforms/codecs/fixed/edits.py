"""Cells that an operator edited, to the body of a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transforms.codecs.fixed.faults import unknown_type
from transforms.codecs.fixed.groups import Role, role_of
from transforms.codecs.fixed.layout import Layout
from transforms.codecs.fixed.lines import Body, Fault, LineReader
from transforms.codecs.fixed.records import STRAY
from transforms.codecs.places import excerpt


class Edits:
    """Types apply again; what is right is handed on, what is not is told field by field."""

    def __init__(self, layout: Layout, readers: Mapping[str, LineReader]) -> None:
        self._layout, self._readers = layout, readers
        group = layout.group
        self._single = {layout.name_of(t): t for t in (group.start, group.end) if t} if group else {}
        self._listed = {layout.name_of(t): t for t in group.members} if group else {}

    def body(self, cells: Any) -> tuple[Any, list[Fault]]:
        """The body, and every mistake in it."""
        if not isinstance(cells, Mapping):
            return None, [Fault(0, "", f"a record is an object of cells, not {excerpt(cells)}")]
        type_ = str(cells.get("type", "")) if self._layout.marker is not None else ""
        if self._layout.group is not None and not (type_ in self._readers and role_of(self._layout, type_) is Role.ALONE):
            return self._group(cells)
        if type_ not in self._readers:
            return None, [unknown_type(self._layout, type_)]
        return self._readers[type_].from_cells(cells, "")

    def _group(self, cells: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
        faults = list(self._missing(cells))
        single: Body = {}
        listed: dict[str, list[Body]] = {name: [] for name in self._listed}
        for where, name, type_, value in self._parts(cells):
            found, wrong = self._readers[type_].from_cells(value, where)
            faults += wrong
            if name in listed:
                listed[name].append(found)
            else:
                single[name] = found
        start, *end = self._single
        return {start: single.get(start), **listed, **{name: single.get(name) for name in end}}, faults

    def _missing(self, cells: Mapping[str, Any]) -> Iterator[Fault]:
        if cells.get(STRAY):
            yield Fault(0, STRAY, "these lines have no known type; enter them as members of the group, or remove them")
        for name, type_ in self._single.items():
            if cells.get(name) is None:
                yield Fault(0, name, f"it is missing; add the fields of the line {type_}")

    def _parts(self, cells: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
        for name, type_ in self._single.items():
            if cells.get(name) is not None:
                yield name, name, type_, cells[name]
        for name, type_ in self._listed.items():
            lines = cells.get(name) or []
            for n, value in enumerate(lines if isinstance(lines, list) else [lines]):
                yield f"{name}[{n}]", name, type_, value
