"""What is said of expressions whose types do not fit: the numbers, and a list that keeps quiet where it must."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from router.config.problems import ERROR, WARNING, PathKeys
from router.config.types import Remark

LONE_WORD = "0404"
"""A value in single braces."""
NO_FIELD = "0620"
"""A field that is not there."""
UNLIKE = "0621"
"""A comparison that can only fail."""
NO_SUM = "0622"
"""A calculation that can only fail."""
NO_FILTER = "0623"
"""A filter that refuses every value it can get here."""
NO_CONDITION = "0624"
"""A condition that is neither true nor false."""
ALWAYS = "0625"
"""A condition that is always true, or always false."""
WRONG_KIND = "0626"
"""A value of a kind that is not possible at its place: a list as a key, a text for a loop."""
BINDS = "0627"
"""A filter that binds tighter than the calculation in front of it."""
NO_COLUMN = "0628"
"""A column that the body has no field for."""
UNWRITABLE = "0629"
"""A body that the format cannot write, or the step cannot take."""
IDLE = "0630"
"""A filter that leaves every value it can get here as it is."""

HINTS = {
    NO_FIELD: "write a field that is there; one that may be missing is asked for by `is defined` or `| default(x)`",
    UNLIKE: "compare values of one kind",
    NO_SUM: "calculate with numbers; `~` joins texts and numbers",
    NO_FILTER: "leave the filter out, or give it a field that it can take",
    NO_CONDITION: "compare it, as in body.x == 'y', or ask body.x is defined",
    ALWAYS: "mend it, or remove it",
    WRONG_KIND: "name a field of it that is",
    NO_COLUMN: "name a field of the body, or let a `map` make it",
    IDLE: "leave the filter out",
    UNWRITABLE: "let a step in front of it make another body",
}
"""Where nothing better is known."""


@dataclass(slots=True)
class Remarks:
    """Collects what is said at one place after the other."""

    found: list[Remark] = field(default_factory=list)
    path: PathKeys = ()
    muted: int = 0
    lenient: int = 0
    """Inside of `is defined` and `| default`: what is missing is not wrong."""

    def error(self, number: str, message: str, hint: str = "", at: int = 0) -> None:
        self.add(Remark(ERROR, number, message, hint or HINTS.get(number, ""), self.path, column=at))

    def warning(self, number: str, message: str, hint: str = "", at: int = 0, by_all: bool = False) -> None:
        self.add(Remark(WARNING, number, message, hint or HINTS.get(number, ""), self.path, column=at, by_all=by_all))

    def add(self, remark: Remark) -> None:
        if not self.muted and not (self.lenient and remark.number == NO_FIELD):
            self.found.append(remark)

    @contextmanager
    def below(self, *keys: str | int) -> Iterator[None]:
        before, self.path = self.path, (*self.path, *keys)
        try:
            yield
        finally:
            self.path = before

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """For what never runs."""
        self.muted += 1
        try:
            yield
        finally:
            self.muted -= 1

    @contextmanager
    def leniently(self) -> Iterator[None]:
        self.lenient += 1
        try:
            yield
        finally:
            self.lenient -= 1
