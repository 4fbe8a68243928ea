"""A code of the checker, for those who look it up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from router.config.problems import LETTERS

LEVELS = {letter: level for level, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Code:
    """`letters` are the levels that it is said at: `E`, or `EW`. `wrong` and `right` are pieces of routes.yaml: the first
    gives this code, the second nothing (a test has both checked, with `files` beside them); both are empty where no text
    can show it. `encoding` is how the wrong one was saved."""

    letters: str
    number: str
    title: str
    meaning: str
    wrong: str = ""
    right: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        return self.letters[0] + self.number

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(letter + self.number for letter in self.letters)

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(LEVELS[letter] for letter in self.letters)


def number_of(text: str) -> str | None:
    """The number of a code as people write it: `E0123`, `e123`, `123`, `error[E0123]`."""
    found = re.fullmatch(r"(?:error|warning|advice)?\[?([EWA]?)(\d{1,4})\]?", text.strip(), re.IGNORECASE)
    return found[2].zfill(4) if found else None
