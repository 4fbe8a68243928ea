"""`set: {"body.x": EXPR, "headers.y": EXPR}`: single fields and headers get new values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.errors import ExpressionError, ExpressionSyntaxError, MessageError
from router.message import Message
from router.ports import Content, Expression
from transforms.expressions import compile_expression
from transforms.filters.texts import text
from transforms.filters.values import kind
from transforms.steps.stage import evaluate, failed


class Set:
    """All expressions see the message as it was before the step."""

    verb = "set"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.rule = f"set: {', '.join(value)}"
        self._body: list[tuple[str, list[str], Expression]] = []
        self._headers: list[tuple[str, Expression]] = []
        for place, source in value.items():
            self._add(place, compile_expression(str(source)))

    def _add(self, place: str, expression: Expression) -> None:
        root, _, rest = place.partition(".")
        names = rest.split(".")
        if root == "body" and all(names):
            self._body.append((place, names, expression))
        elif root == "headers" and rest:
            self._headers.append((rest.lower(), expression))
        else:
            raise ExpressionSyntaxError(f"set changes body.FIELD or headers.NAME, not '{place}'")

    def apply(self, message: Message) -> Message:
        values = [(place, names, evaluate("set", expression, message)) for place, names, expression in self._body]
        headers = {name: header(name, evaluate("set", expression, message)) for name, expression in self._headers}
        body = message.body
        for place, names, value in values:
            body = replaced(body, names, value, place)
        result = message.with_body(body) if values else message
        return result.with_headers({**message.headers, **headers}) if headers else result


def replaced(value: Any, names: list[str], new: Any, place: str) -> Any:
    """A copy of an object in which the field at a path is new; objects on the way that are not there are made."""
    if not names:
        return new
    if not isinstance(value, dict):
        where = place.removesuffix("." + ".".join(names))
        raise MessageError("set", "null" if value is None else "type",
                           f"{place} cannot be set: {where} is {kind(value)}, not an object")  # fmt: skip
    first, rest = names[0], names[1:]
    return {**value, first: replaced(value.get(first, {}) if rest else None, rest, new, place)}


def header(name: str, value: Any) -> str:
    """Headers are texts; a line break in one would be another header."""
    try:
        written = text(value)
    except ExpressionError as error:
        raise failed("set", error, f"headers.{name}") from None
    if any(mark in written for mark in "\r\n\0"):
        raise MessageError("set", "value", f"headers.{name}: the value {written[:60]!r} has a line break")
    return written


def set(value: Mapping[str, Any], content: Content) -> Set:
    """The factory."""
    return Set(value)
