"""What is undefined, kept until somebody uses it, so that `is defined` and `default` may look at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from jinja2 import StrictUndefined

from router.errors import ExpressionError


class Missing(StrictUndefined):
    """A part that is undefined, or that hangs on one that is undefined or null."""

    __slots__ = ("failure",)

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        self.failure: ExpressionError | None = None

    def fail(self) -> NoReturn:
        words = self._undefined_hint or f"{self._undefined_name} is undefined here"
        raise self.failure or ExpressionError(words, "undefined")


def missing(failure: ExpressionError) -> Missing:
    part = Missing()
    part.failure = failure
    return part


def deferring(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; what is undefined or null for it makes its result undefined instead of failing at once."""

    @wraps(function)
    def call(*values: Any) -> Any:
        for value in values:
            if type(value) is Missing:
                return value
        try:
            return function(*values)
        except ExpressionError as error:
            if error.error in ("undefined", "null"):
                return missing(error)
            raise

    return call
