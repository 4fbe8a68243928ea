"""`split: records` or `split: {by: EXPR}`: one message becomes many records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.errors import MessageError
from router.message import Message
from router.ports import Content, Expression
from transforms.expressions import compile_expression
from transforms.filters.values import kind
from transforms.steps.stage import evaluate

RECORDS = "records"


class Split:
    """Never applied like a step: the pipeline cuts by it."""

    verb = "split"

    def __init__(self, value: str | Mapping[str, Any]) -> None:
        options: Mapping[str, Any] = {"by": value} if isinstance(value, str) else value
        self.by = str(options.get("by", RECORDS))
        grouped = ", ".join(map(str, options.get("group") or ()))
        self.rule = f"split: {self.by}" + (f", grouped by {grouped}" if grouped else "")
        self.by_codec = self.by == RECORDS
        self.reject = options.get("bad", "dead_letter") == "reject"
        self.group: tuple[Expression, ...] = tuple(compile_expression(str(one)) for one in options.get("group") or ())
        keys: Mapping[str, Any] = options.get("keys") or {}
        self.keys: Mapping[str, Expression] = {name: compile_expression(str(one)) for name, one in keys.items()}
        self._list = None if self.by_codec else compile_expression(self.by)

    def bodies(self, message: Message) -> Sequence[Any]:
        """The bodies of the records, in order; elements where the body is XML."""
        if self._list is None:
            raise MessageError("split", "type", "the format cuts the records of this split, not an expression")
        found = evaluate("split", self._list, message)
        if not isinstance(found, list):
            raise MessageError("split", "null" if found is None else "type", f"{self.by} is {kind(found)}, not a list")
        return found


def split(value: str | Mapping[str, Any], content: Content) -> Split:
    """The factory."""
    return Split(value)
