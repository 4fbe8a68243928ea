"""Lines of a batch to statements of many rows. What a row does to the one before it stays as if they went one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from adapters.outbound.sql.session import Line, Shape, Upsert
from adapters.outbound.sql.upsert import insert

MOST_PARAMETERS = 60_000
"""The protocol counts them in 16 bit."""

Owned = tuple[int, Line]
"""A line and the number of its job."""
Keyed = tuple[Any, Owned]
"""With the values of its key."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One statement; `lines` are its rows in the order of its parameters."""

    sql: str
    lines: Sequence[Owned]

    @property
    def parameters(self) -> list[Any]:
        return [value for _, line in self.lines for value in line.values]

    def owner(self, parameter: int) -> tuple[int, Line, str]:
        """The job, the line and the column of a parameter, which is counted from 1."""
        row, column = divmod(parameter - 1, len(self.lines[0][1].shape.columns))
        job, line = self.lines[row]
        return job, line, line.shape.columns[column]


def chunks(jobs: Sequence[Sequence[Line]]) -> Iterator[Chunk]:
    lines = [(number, line) for number, job in enumerate(jobs) for line in job]
    for write, group in groupby(lines, lambda owned: owned[1].shape.write):
        if isinstance(write, Upsert):
            yield from upserts(list(group), ordered=not write.id_column)
        else:
            sql = write.render(lambda number: f"${number}")
            yield from (Chunk(sql, [owned]) for owned in group)


def upserts(lines: Sequence[Owned], ordered: bool) -> Iterator[Chunk]:
    """A statement cannot touch a row twice: those of a key go into statements one after the other. Inside a statement
    they stand in the order of their keys, so that two batches do not wait for each other's rows."""
    for wave in waves(lines):
        for shape, group in wave.items():
            keyed = sorted(group, key=text_of_key) if ordered else group
            step = max(1, MOST_PARAMETERS // len(shape.columns))
            for first in range(0, len(keyed), step):
                part = [owned for _, owned in keyed[first : first + step]]
                yield Chunk(insert(shape, placeholders(len(part), len(shape.columns))), part)


def waves(lines: Iterable[Owned]) -> list[dict[Shape, list[Keyed]]]:
    """The first row of each key, then the second of each, and so on; each by its columns."""
    seen: dict[Any, int] = {}
    getters: dict[Shape, Callable[[tuple[Any, ...]], Any]] = {}
    found: list[dict[Shape, list[Keyed]]] = []
    for owned in lines:
        shape, values = owned[1].shape, owned[1].values
        if shape not in getters:
            getters[shape] = itemgetter(*shape.keys)
        key = getters[shape](values)
        turn = seen[key] = seen.get(key, -1) + 1
        if turn == len(found):
            found.append({})
        found[turn].setdefault(shape, []).append((key, owned))
    return found


def text_of_key(keyed: Keyed) -> str:
    return str(keyed[0])


def placeholders(rows: int, columns: int) -> str:
    numbers = iter(range(1, rows * columns + 1))
    return ", ".join("(" + ", ".join(f"${next(numbers)}" for _ in range(columns)) + ")" for _ in range(rows))
