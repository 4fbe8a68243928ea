"""What is said of a content file only where all who use it agree: a map may be wrong for one route and right for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from router.config.problems import Problem


@dataclass(slots=True)
class Agreement:
    """What users of content files said of them, and how often each file was used."""

    read: Counter[str] = field(default_factory=Counter)
    held: dict[tuple[str, int, int, str], list[Problem]] = field(default_factory=dict)
    """By what was said and where; one entry for each that said it."""

    def hold(self, problem: Problem) -> None:
        self.held.setdefault((*problem.place, problem.message), []).append(problem)

    def join(self, other: Agreement) -> None:
        """Adds what those said who came later."""
        self.read.update(other.read)
        for said, problems in other.held.items():
            self.held.setdefault(said, []).extend(problems)

    def problems(self) -> Iterator[Problem]:
        """As the first one said it."""
        for (file, *_), said in self.held.items():
            if len(said) >= self.read[file]:
                yield said[0]


def joined(agreements: Iterable[Agreement]) -> Agreement:
    whole = Agreement()
    for one in agreements:
        whole.join(one)
    return whole
