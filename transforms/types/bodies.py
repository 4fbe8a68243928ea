"""What formats make of bytes: the type of the body, by the codec that a route names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.ports import Codec
from transforms.codecs.csv.codec import CsvCodec
from transforms.codecs.fixed.codec import FixedCodec
from transforms.codecs.fixed.groups import Role, role_of
from transforms.codecs.fixed.layout import Cell, Layout, LineType
from transforms.types.kinds import (
    ANY,
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    ELEMENT,
    INT,
    JSON,
    NAIVE,
    TEXT,
    Type,
    list_of,
    object_of,
    of_value,
    union,
)

PLAIN: Mapping[str, Type] = {
    "json": JSON, "ndjson": list_of(JSON), "xml": ELEMENT, "text": TEXT, "bytes": BYTES,
}  # fmt: skip
CELLS: Mapping[str, Type] = {
    "text": TEXT, "int": INT.nullable, "decimal": DECIMAL.nullable, "bool": BOOL.nullable, "date": DATE.nullable,
    "datetime": DATETIME.nullable,
}  # fmt: skip
"""An empty cell is an empty text, or null where it is typed."""


def decoded(codec: Codec | None) -> Type:
    """The body of a whole message; None: the format is only known when a message comes."""
    if isinstance(codec, CsvCodec):
        return list_of(row(codec))
    if isinstance(codec, FixedCodec):
        return list_of(record(codec.layout))
    return PLAIN.get(codec.name, ANY) if codec is not None else ANY


def recorded(codec: Codec | None) -> Type:
    """A record of `split: records`."""
    if isinstance(codec, CsvCodec):
        return row(codec)
    if isinstance(codec, FixedCodec):
        return record(codec.layout)
    return {"ndjson": JSON, "xml": ELEMENT}.get(codec.name, ANY) if codec is not None else ANY


def row(codec: CsvCodec) -> Type:
    """Where a header names the columns, there may be others than those that are typed; they are texts."""
    dialect = codec.dialect
    names = dialect.names if not dialect.header else tuple(dialect.types)
    fields = {name: cell(dialect.types.get(name, "text"), None) for name in names}
    return object_of(fields, TEXT.maybe if dialect.header else None)


def cell(type_: Any, format_: str | None) -> Type:
    if isinstance(type_, Mapping):
        ((type_, format_),) = type_.items()
    if type_ == "datetime" and format_ is not None and "%z" not in str(format_):
        return NAIVE.nullable
    return CELLS.get(str(type_), ANY)


def record(layout: Layout) -> Type:
    """A group, and each line that stands alone; without `record_type` all lines are alike."""
    if layout.marker is None:
        return union(line(one, False) for one in layout.lines.values())
    alone = [line(one, True) for name, one in layout.lines.items() if role_of(layout, name) is Role.ALONE]
    return union([*alone, group(layout)] if layout.group is not None else alone)


def line(one: LineType, typed: bool) -> Type:
    start = {"type": of_value(one.type)} if typed else {}
    return object_of({**start, **{field.name: of_cell(field) for field in one.cells}})


def of_cell(field: Cell) -> Type:
    return cell(field.type, field.format)


def group(layout: Layout) -> Type:
    assert layout.group is not None
    start, end = layout.group.start, layout.group.end
    single = {layout.name_of(name): line(layout.lines[name], False) for name in (start, end) if name in layout.lines}
    listed: dict[str, list[Type]] = {}
    for name in layout.group.members:
        listed.setdefault(layout.name_of(name), []).append(line(layout.lines[name], False))
    return object_of({**single, **{name: list_of(union(types)) for name, types in listed.items()}})
