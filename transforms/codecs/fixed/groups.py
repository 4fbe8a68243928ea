"""Which lines of a stream make one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from transforms.codecs.fixed.framing import BLANKS
from transforms.codecs.fixed.layout import Layout


class Role(Enum):
    """What a type of line does."""

    START = "start"
    MEMBER = "member"
    END = "end"
    ALONE = "alone"
    """A type of the layout that is not in its group: a record by itself, between two groups."""


@dataclass(frozen=True, slots=True)
class Span:
    """The lines `start` to `stop` of what was read make one record; a `grouped` one, or a line by itself."""

    start: int
    stop: int
    grouped: bool = False


class Grouping:
    """Finds records among lines. A group begins at its start and ends behind its end, or before what is not of it; what
    is unknown inside of it stays in it, so that nothing is lost. Members without a start are a group, a broken one."""

    def __init__(self, layout: Layout) -> None:
        self._marker = layout.marker
        self._grouped = layout.group is not None
        self.roles = {type_: role_of(layout, type_) for type_ in layout.lines}

    def types(self, lines: Sequence[str]) -> list[str | None]:
        """The type of each line; None for one in which nothing stands."""
        marker = self._marker
        if marker is None:
            return ["" if line.strip(BLANKS) else None for line in lines]
        return [line[marker].strip(BLANKS) if line.strip(BLANKS) else None for line in lines]

    def spans(self, types: Sequence[str | None]) -> tuple[list[Span], int]:
        """The records that are over, and the first line that belongs to none of them: where more may follow, the next
        record begins there."""
        if not self._grouped:
            return [Span(n, n + 1) for n, type_ in enumerate(types) if type_ is not None], len(types)
        return self._groups(types)

    def all_spans(self, types: Sequence[str | None]) -> list[Span]:
        """The records of lines after which nothing follows."""
        found, open_ = self.spans(types)
        return [*found, Span(open_, len(types), True)] if open_ < len(types) else found

    def _groups(self, types: Sequence[str | None]) -> tuple[list[Span], int]:
        found: list[Span] = []
        begun: int | None = None
        for n, type_ in enumerate(types):
            if type_ is None:
                continue
            role = self.roles.get(type_)
            if begun is not None and role in (Role.START, Role.ALONE):
                found.append(Span(begun, n, True))
                begun = None
            if role is Role.END:
                found.append(Span(n if begun is None else begun, n + 1, True))
                begun = None
            elif role is Role.ALONE or (role is None and begun is None):
                found.append(Span(n, n + 1))
            elif begun is None:
                begun = n
        return found, len(types) if begun is None else begun


def role_of(layout: Layout, type_: str) -> Role:
    group = layout.group
    if group is None or not group.holds(type_):
        return Role.ALONE
    return Role.START if type_ == group.start else Role.END if type_ == group.end else Role.MEMBER
