"""How much one rendering may do: a template that would not end, or would fill the memory, is stopped."""

from __future__ import annotations

from contextvars import ContextVar

from router.errors import ExpressionError

MOST_TURNS = 1_000_000
"""Turns of loops and calls of macros, together."""

MOST_TEXT = 16 * 1024 * 1024
"""Characters that are printed."""


class Budget:
    """What is left for one rendering."""

    __slots__ = ("text", "turns")

    def __init__(self) -> None:
        self.turns = MOST_TURNS
        self.text = MOST_TEXT

    def turn(self, times: int) -> None:
        self.turns -= times
        if self.turns < 0:
            raise ExpressionError(f"the template takes more than {MOST_TURNS:,} turns of its loops", "limit")

    def write(self, length: int) -> None:
        self.text -= length
        if self.text < 0:
            raise ExpressionError(f"the template makes more than {MOST_TEXT:,} characters", "limit")


BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)
"""Of the rendering that runs here."""


def write(length: int) -> None:
    budget = BUDGET.get()
    if budget is not None:
        budget.write(length)


def turn(times: int) -> None:
    budget = BUDGET.get()
    if budget is not None:
        budget.turn(times)
