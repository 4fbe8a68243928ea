"""Rows of messages to lines of a database: its names, its types, the values that its driver takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.outbound.sql.session import Entry, Failed, Job, Line, Refused, Row, Shape, Upsert, Write, of_member
from adapters.outbound.sql.statement import DELIVERY_ID, Statement
from adapters.outbound.sql.values import PARAMETER, Unfit

Columns = Mapping[str, str]
"""The columns of a table with their types."""
SHOWN = 12
"""How many columns of a table an error names."""
SHAPES = 1_000
"""How many kinds of rows are kept in mind: messages decide how many there are."""


@dataclass
class Fitter:
    """`read` looks a table up, None where there is none; `spell` finds a column whose name is written otherwise, as the
    database would without quotes; `convert` raises Unfit."""

    read: Callable[[tuple[str, ...]], Columns | None]
    spell: Callable[[Columns, str], str | None]
    convert: Callable[[Any, str], Any]
    _tables: dict[tuple[str, ...], Columns] = field(default_factory=dict)
    _shapes: dict[tuple[Write, tuple[str, ...]], Shape] = field(default_factory=dict)

    def forget(self) -> None:
        """Tables may have changed."""
        self._tables.clear()
        self._shapes.clear()

    def fit(self, job: Job) -> list[Line]:
        """Raises Refused, or Failed where the table is missing."""
        made: list[Line] = []
        try:
            for entry in job:
                made.append(self._line_of(entry))
        except Refused as error:
            raise Refused(of_member(error.reason, len(made), len(job))) from None
        return made

    def _line_of(self, entry: Entry) -> Line:
        if isinstance(entry.write, Statement):
            return self._parameters(entry.write, entry.row, entry.id)
        return self._values(entry.write, entry.row, entry.id)

    def _parameters(self, statement: Statement, row: Row, id: str) -> Line:
        names = statement.params
        shape = self._shapes.get((statement, names))
        if shape is None:
            shape = self._shapes[statement, names] = Shape(statement, names, (PARAMETER,) * len(names))
        return self._line(shape, [id if name == DELIVERY_ID else row[name] for name in names])

    def _values(self, upsert: Upsert, row: Row, id: str) -> Line:
        names = tuple(row)
        shape = self._shapes.get((upsert, names))
        if shape is None:
            shape = self._shape(upsert, names)
            if len(self._shapes) >= SHAPES:
                self._shapes.clear()
            self._shapes[upsert, names] = shape
        line = self._line(shape, [*row.values(), id] if upsert.id_column else list(row.values()))
        for key in shape.keys:
            if line.values[key] is None:
                raise Refused(f"{shape.columns[key]} is null: it is one of the columns that tell rows apart")
        return line

    def _line(self, shape: Shape, values: Sequence[Any]) -> Line:
        try:
            return Line(shape, tuple(map(self.convert, values, shape.types)))
        except Unfit:
            raise Refused(self._unfit(shape, values)) from None

    def _unfit(self, shape: Shape, values: Sequence[Any]) -> str:
        """The first value that does not fit, with its column."""
        for name, value, type_ in zip(shape.columns, values, shape.types, strict=True):
            try:
                self.convert(value, type_)
            except Unfit as error:
                return f"{name}: {error}"
        raise AssertionError("a value that did not fit fits now")

    def _shape(self, upsert: Upsert, names: tuple[str, ...]) -> Shape:
        columns = self._columns(upsert, (*names, *upsert.keys))
        found = [self._found(upsert, columns, name) for name in names]
        if upsert.id_column:
            found.append(self._found(upsert, columns, upsert.id_column))
            if found[-1] in found[:-1]:
                raise Refused(f"{found[-1]} gets the delivery id, the row has one too: name the columns without it")
        twice = next((name for n, name in enumerate(found) if name in found[:n]), None)
        if twice is not None:
            raise Refused(f"two fields of the row are for the column {twice} of {upsert.name}")
        keys = [self._found(upsert, columns, key) for key in upsert.keys]
        missing = [key for key in keys if key not in found]
        if missing:
            raise Refused(f"the row has no {missing[0]}, which tells rows of {upsert.name} apart ('conflict')")
        return Shape(upsert, tuple(found), tuple(columns[name] for name in found), tuple(map(found.index, keys)))

    def _columns(self, upsert: Upsert, wanted: Sequence[str]) -> Columns:
        """Looked up once, and again where a column is not among them: it may be new."""
        columns = self._tables.get(upsert.table)
        if columns is not None and all(self._spelled(columns, name) for name in wanted):
            return columns
        columns = self.read(upsert.table)
        if columns is None:
            raise Failed("io", f"there is no table {upsert.name}: make it, or put its name right in the route", True)
        self._tables[upsert.table] = columns
        return columns

    def _spelled(self, columns: Columns, name: str) -> str | None:
        return name if name in columns else self.spell(columns, name)

    def _found(self, upsert: Upsert, columns: Columns, name: str) -> str:
        spelled = self._spelled(columns, name)
        if spelled is None:
            some = ", ".join(list(columns)[:SHOWN]) + (" …" if len(columns) > SHOWN else "")
            raise Refused(f"there is no column {name[:80]!r} in {upsert.name}; it has {some}")
        return spelled
