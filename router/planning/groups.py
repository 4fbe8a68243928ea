"""Messages that change in the same way, counted, with what they have in common in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FAILS, RECOVERS, FAILED = "fails", "no longer fails", "fails in another way"
GOES, STAYS = "also goes", "no longer goes"
DROPPED, KEPT = "is filtered", "is no longer filtered"
BODY, ADDRESS = "gets another body", "is asked in another way"
MORE, FEWER = "has more records", "has fewer records"

VALUE = re.compile(r"('[^']*'|\"[^\"]*\"|\d[\d.,]*\d|\d)")


@dataclass(slots=True)
class Group:
    """Units that change in the same way. `word` is one of those above; `target` its id, '' for the whole unit; `detail` in
    words; `sample` the first one's id, with its record, and `told` what is to be seen there."""

    route: str
    word: str
    target: str
    detail: str
    sample: str
    told: str
    count: int = 0
    pieces: list[str] = field(default_factory=list)

    def add(self, detail: str) -> None:
        """One more. What their reasons do not have in common leaves the detail."""
        self.count += 1
        if self.count == 1:
            self.pieces = VALUE.split(detail)
        elif detail != self.detail:
            self.pieces = [common(n, *pair) for n, pair in enumerate(zip(self.pieces, VALUE.split(detail), strict=False))]
            self.detail = "".join(self.pieces)


@dataclass
class Comparison:
    """Of one route. `looked` counts units, `messages` messages; `gone` those whose body is not kept any more."""

    route: str
    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    looked: int = 0
    changed: int = 0
    messages: int = 0
    gone: int = 0
    cut: int = 0

    @property
    def failing(self) -> int:
        return sum(group.count for group in self.groups.values() if group.word == FAILS)

    def add(self, word: str, target: str, detail: str, sample: str, told: str) -> None:
        """Reasons of failures are one, whatever their values; a rule is another one with another value."""
        alike = plain(detail) if word in (FAILS, RECOVERS, FAILED) else detail
        group = self.groups.setdefault((word, target, alike), Group(self.route, word, target, detail, sample, told))
        group.add(detail)


def common(n: int, one: str, other: str) -> str:
    """`n`: the place among the pieces; each second one is a value."""
    return one if one == other or not n % 2 else masked(other)


def masked(value: str) -> str:
    return "…" if value[:1] in "'\"" else "N"


def plain(reason: str) -> str:
    """Numbers and quoted values differ from message to message."""
    return VALUE.sub(lambda value: masked(value[0]), reason)
