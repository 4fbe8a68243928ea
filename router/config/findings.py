"""Mistakes to problems: each gets its place in a file, its path and its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from router.config.located import Located
from router.config.problems import ADVICE, ERROR, LETTERS, WARNING, PathKeys, Problem, Related, dotted
from router.config.references import Unset
from router.config.schema.mistakes import ABSENT, WRONG, Mistake
from router.config.spots import KEY, VALUE, Spot, find

SCHEMA = "_schema"
"""Where marshmallow puts what is wrong with a mapping as a whole."""


class Place(NamedTuple):
    """A value of a file, by its path."""

    located: Located
    path: PathKeys = ()

    def at(self, *more: str | int) -> Place:
        return Place(self.located, (*self.path, *more))

    @property
    def raw(self) -> Any:
        """The value as it was written; None where there is none."""
        value = self.located.data
        for part in self.path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    @property
    def unset(self) -> bool:
        return isinstance(self.raw, Unset)


@dataclass(slots=True)
class Findings:
    """The problems of one check."""

    problems: list[Problem] = field(default_factory=list)
    _seen: int = 0
    _wrong: set[tuple[str, str]] = field(default_factory=set)
    """Paths that an error is at or below, of the problems seen."""

    def add(self, place: Place, mistake: Mistake, *also: Related, spot: Spot | None = None) -> None:
        """`spot`: where it stands, if that is better known than by its place."""
        spot = spot or find(place.located.data, place.path, mistake.at, place.located.top)
        code = LETTERS[mistake.level] + mistake.number
        found = (spot.file, spot.line, spot.column, dotted(place.path), sentence(place, mistake), mistake.hint)
        related = (*also, *declared(place, mistake))
        self.problems.append(Problem(mistake.level, code, *found, spot.end or None, related))

    def wrong_below(self, place: Place) -> bool:
        """Whether there is an error at this place or below it, so that more of it cannot be known."""
        for problem in self.problems[self._seen :]:
            if problem.level == ERROR:
                ends = (found.start() for found in re.finditer(r"[.\[]|$", problem.path))
                self._wrong.update((problem.file, problem.path[:end]) for end in ends)
        self._seen = len(self.problems)
        return (place.located.file, dotted(place.path)) in self._wrong

    def error(
        self, place: Place, number: str, message: str, hint: str = "", at: str = VALUE, bare: bool = False,
        also: Sequence[Related] = (), spot: Spot | None = None,
    ) -> None:  # fmt: skip
        self.add(place, Mistake(number, message, hint, at, ERROR, bare), *also, spot=spot)

    def warning(
        self, place: Place, number: str, message: str, hint: str = "", at: str = VALUE, also: Sequence[Related] = ()
    ) -> None:
        self.add(place, Mistake(number, message, hint, at, WARNING), *also)

    def advice(self, place: Place, number: str, message: str, hint: str = "") -> None:
        self.add(place, Mistake(number, message, hint, KEY, ADVICE, bare=True))

    def schema(self, place: Place, messages: Any) -> None:
        """All that a schema said."""
        for path, mistake in mistakes_of(messages, place.path):
            self.add(Place(place.located, path), mistake)


def here(place: Place, message: str) -> Related:
    """The key of another place, for a note at a problem."""
    spot = find(place.located.data, place.path, KEY, place.located.top)
    return Related(spot.file, spot.line, spot.column, message)


def declared(place: Place, mistake: Mistake) -> Iterator[Related]:
    """Where the connection or client stands that a key or a value is wrong in, unless that is in sight."""
    if len(place.path) < 3 or place.path[0] not in ("connections", "clients"):
        return
    about, _ = subject(place.located.data, place.path)
    note = here(Place(place.located, place.path[:2]), f"{about} is declared here")
    if note.line != find(place.located.data, place.path, mistake.at, place.located.top).line:
        yield note


def is_absent(below: Any) -> bool:
    return isinstance(below, list) and [getattr(one, "number", "") for one in below] == [ABSENT]


def mistakes_of(messages: Any, path: PathKeys) -> Iterator[tuple[PathKeys, Mistake]]:
    if isinstance(messages, Mapping):
        misspelt = {hint for below in messages.values() for hint in _hints(below)}
        for key, below in messages.items():
            if is_absent(below) and f"did you mean '{key}'?" in misspelt:
                continue  # the mistake is the unknown key that was meant as this one
            yield from mistakes_of(below, path if key == SCHEMA else (*path, key))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        yield path, message if isinstance(message, Mistake) else Mistake(WRONG, str(message))


def _hints(below: Any) -> list[str]:
    return [one.hint for one in below if isinstance(one, Mistake) and one.hint] if isinstance(below, list) else []


def sentence(place: Place, mistake: Mistake) -> str:
    """The mistake with what it is about: `timeout of connection 'erp': …`, `unknown field 'x' in connection 'pos'`."""
    if not mistake.bare:
        about, rest = subject(place.located.data, place.path)
        where = " of ".join(part for part in (dotted(rest), about) if part)
        return f"{where}: {mistake.message}" if where else mistake.message
    message = mistake.message or f"'{place.path[-1]}' is missing"
    about, rest = subject(place.located.data, place.path[:-1])
    if mistake.number == ABSENT or mistake.at == KEY or rest or about:
        where = " of ".join(part for part in (f"'{dotted(rest)}'" if rest else "", about) if part)
        return f"{message} in {where or place.located.file}"
    return message


def subject(data: Any, path: PathKeys) -> tuple[str, PathKeys]:
    """The named thing that a path leads into, and the rest of the path below it."""
    match path:
        case ("connections", str(name), *rest):
            return f"connection '{name}'", tuple(rest)
        case ("clients", str(name), *rest):
            return f"client '{name}'", tuple(rest)
        case ("tests", str(name), *rest):
            return f"test '{name}'", tuple(rest)
        case ("routes", str(name), "to", int(n), *rest):
            return f"{target_name(data, name, n)} of route '{name}'", tuple(rest)
        case ("routes", str(name), *rest):
            return f"route '{name}'", tuple(rest)
    return "", path


def target_name(data: Any, route: str, n: int) -> str:
    try:
        item = data["routes"][route]["to"][n]
    except (KeyError, IndexError, TypeError):
        return f"target {n + 1}"
    id = item.get("id") if isinstance(item, dict) else None
    return f"target '{id}'" if isinstance(id, str) else f"target {n + 1}"
