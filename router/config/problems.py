"""What is wrong with a project: one problem a mistake, each with its place, its sentence and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from router.errors import CrossdockError

ERROR, WARNING, ADVICE = "error", "warning", "advice"
LETTERS = {ERROR: "E", WARNING: "W", ADVICE: "A"}

PathKeys = tuple[str | int, ...]
"""Where in a document: names of keys and positions in lists."""


def dotted(path: PathKeys) -> str:
    """`routes.web-orders.to[1].when`"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a problem is about, with a sentence: `connection 'pos' is declared here`."""

    file: str
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1 in characters; `file` and `path` start at the project folder and
    at the top of the file. `code` is the letter of the level and a number that stays; `end_column` is behind the last
    character, where it is known."""

    level: str
    code: str
    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""
    end_column: int | None = None
    related: tuple[Related, ...] = ()

    def __str__(self) -> str:
        return f"{self.headline}; {self.hint}" if self.hint else self.headline

    @property
    def headline(self) -> str:
        """`routes.yaml:41:13 error[E0201] unknown field 'hed' in connection 'pos'`"""
        return f"{self.file}:{self.line}:{self.column} {self.level}[{self.code}] {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """The fields of `routes check -o json`, in their order."""
        return asdict(self)

    @property
    def place(self) -> tuple[str, int, int]:
        return self.file, self.line, self.column


class ConfigError(CrossdockError):
    """The project has mistakes and cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)) or None)
        self.problems = tuple(problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By place. What is said twice of one place (an anchor used by many, a template used by many) is said once.
    What could not be read is not said to be of the wrong kind too."""
    once: dict[tuple[object, ...], Problem] = {}
    listed = list(problems)
    unread = {problem.place for problem in listed if problem.code.startswith(("E01", "E0301"))}
    for problem in listed:
        if problem.place in unread and problem.code.startswith("E02"):
            continue
        once.setdefault((*problem.place, problem.code, problem.message), problem)
    return sorted(once.values(), key=lambda p: p.place)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [p for p in problems if p.level == ERROR]
