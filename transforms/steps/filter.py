"""`filter: EXPR`: a message for which the condition is false goes no further, and is recorded with this rule."""

from __future__ import annotations

from typing import Any

from router.message import Message
from router.ports import Content
from transforms.expressions import compile_condition
from transforms.steps.stage import evaluate


class Filter:
    verb = "filter"

    def __init__(self, value: str) -> None:
        self.rule = f"filter: {value}"
        self._condition = compile_condition(value)

    def apply(self, message: Message) -> Message | None:
        return message if evaluate("filter", self._condition, message) else None

    def values(self, message: Message) -> tuple[dict[str, Any], list[str]]:
        """What decided, as `Expr.values` tells it."""
        return self._condition.values(message)


def filter(value: str, content: Content) -> Filter:
    """The factory."""
    return Filter(str(value))
