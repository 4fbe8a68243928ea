"""A layout as the codec uses it: types of lines, their cells, and which lines make a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One field: characters `start` (from 0) to `stop` of a line."""

    name: str
    start: int
    stop: int
    type: str = "text"
    format: str | None = None
    implied: int | None = None
    sign: str | None = None

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def column(self) -> int:
        """As people count."""
        return self.start + 1


@dataclass(frozen=True, slots=True)
class LineType:
    """Lines of one type; `type` is what the line says of itself, `''` where all lines are alike."""

    type: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`start` and `end` are types of lines; `end` is `''` where a group ends as the next begins."""

    start: str
    members: tuple[str, ...]
    end: str

    def holds(self, type_: str) -> bool:
        return type_ in (self.start, self.end, *self.members)


@dataclass(frozen=True, slots=True)
class Layout:
    """`marker` is where a line says its type; None where all lines are of the type `''`. `length` is that of a record
    which no line end follows."""

    name: str
    lines: Mapping[str, LineType]
    marker: slice | None = None
    group: Group | None = None
    length: int | None = None

    @property
    def path(self) -> str:
        return f"transforms/layouts/{self.name}.yaml"

    def width(self, line: LineType) -> int:
        """How long a line of this type is at least."""
        marked = self.marker.stop if self.marker is not None else 0
        return max([marked, *(cell.stop for cell in line.cells)])

    @property
    def uniform(self) -> int | None:
        """The length of all lines, where every type has the same."""
        found = {self.width(line) for line in self.lines.values()}
        return found.pop() if len(found) == 1 else None

    def name_of(self, type_: str) -> str:
        return self.lines[type_].name


def layout_of(name: str, file: Mapping[str, Any]) -> Layout:
    """From a file that was found to be right."""
    marker = file.get("record_type")
    if marker is None:
        lines = {"": LineType("", "", cells_of(file["fields_"]))}
    else:
        lines = {
            type_.strip(): LineType(type_.strip(), record.get("name", type_), cells_of(record["fields_"]))
            for type_, record in file["records"].items()
        }
    group = file.get("group")
    return Layout(
        name, lines, marker and slice(marker["at"] - 1, marker["at"] - 1 + marker["length"]),
        group and Group(group["start"].strip(), tuple(m.strip() for m in group["members"]), group.get("end", "").strip()),
        file.get("length"),
    )  # fmt: skip


def cells_of(fields: Mapping[str, Mapping[str, Any]]) -> tuple[Cell, ...]:
    return tuple(cell_of(name, field) for name, field in fields.items())


def cell_of(name: str, field: Mapping[str, Any]) -> Cell:
    type_, format_ = field["type"], field.get("format")
    if isinstance(type_, Mapping):
        ((type_, format_),) = type_.items()
    start = field["at"] - 1
    return Cell(name, start, start + field["length"], type_, format_, field.get("implied"), field.get("sign"))
