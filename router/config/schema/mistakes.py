"""What a field of the grammar says about a wrong value: a mistake, which gets its place and its subject later."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from router.config.problems import ERROR
from router.config.references import Resolved
from router.config.spots import KEY, MISSING, VALUE

UNKNOWN, ABSENT, KIND, WRONG, NOT_YET, TWICE = "0201", "0202", "0203", "0204", "0205", "0206"
RULE = "0207"

NOT_YET_HINT = "not yet: this version cannot do it"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`number` is the code without its letter; `at` is the key, the value, or `missing`. A `bare` message does not get
    the name of its field in front."""

    number: str
    message: str
    hint: str = ""
    at: str = VALUE
    level: str = ERROR
    bare: bool = False


class Wrong(ValidationError):
    """A field's value is not accepted."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(list(mistakes))
        self.mistakes = mistakes


class Partly(ValidationError):
    """Mistakes somewhere below, by key; `valid` is what may be used of the value for further checks."""

    def __init__(self, mistakes: Any, valid: Any = None) -> None:
        super().__init__(mistakes)
        self.valid_data = valid


def show(value: Any) -> str:
    """A value as a sentence names it; secrets are never shown."""
    if isinstance(value, Resolved):
        return f"the value of {value.source}" if value.secret else f"'{_short(value)}' (from {value.source})"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"the number {_short(str(value))}"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"'{_short(str(value))}'"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def wrong(value: Any, expected: str, hint: str = "") -> Wrong:
    """`'x' is not accepted: a duration is …`"""
    return Wrong(Mistake(WRONG, f"{show(value)} is not accepted: {expected}", hint))


def kind(value: Any, expected: str, hint: str = "") -> Wrong:
    """`a text is expected here, not a list`"""
    return Wrong(Mistake(KIND, f"{expected} is expected, not {show(value)}", hint))


ABSENT_HERE = Mistake(ABSENT, "", at=MISSING, bare=True)
"""A mandatory key is missing; its name is the last of the path."""


def unknown(name: str, hint: str, what: str = "field") -> Mistake:
    return Mistake(UNKNOWN, f"unknown {what} '{name}'", hint, KEY, bare=True)


def not_yet(name: str, what: str = "field") -> Mistake:
    """Words that later versions know."""
    return Mistake(NOT_YET, f"unknown {what} '{name}'", NOT_YET_HINT, KEY, bare=True)
