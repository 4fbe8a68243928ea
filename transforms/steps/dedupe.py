"""`dedupe: {key: EXPR}`: what makes two messages the same. The ledger decides; this says the key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from router.errors import ExpressionError, MessageError
from router.message import Message
from router.pipeline import storable
from router.ports import Content
from transforms.expressions import compile_expression
from transforms.filters.texts import text
from transforms.filters.values import kind
from transforms.steps.stage import evaluate, failed

WEEK = 7 * 86_400.0


class Dedupe:
    """`within` is in seconds."""

    verb = "dedupe"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._source = str(value["key"])
        self._key = compile_expression(self._source)
        self.of_body = self._key.of_body
        """Whether the key can only be read where the body is decoded."""
        self.within = float(value.get("within", WEEK))
        self.changed = str(value.get("changed", "dead"))
        self.rule = f"dedupe: {self._source}"

    def key(self, message: Message) -> str:
        """The key as text. An empty one would make all messages without a key the same: it is an error."""
        found = evaluate("dedupe", self._key, message)
        if isinstance(found, bool) or not isinstance(found, str | int | Decimal | dt.date):
            error = "null" if found is None else "type"
            raise MessageError("dedupe", error, f"{self._source} is {kind(found)}; a key is a text, a number or a date")
        if found == "":
            raise MessageError("dedupe", "value", f"{self._source} is empty; a key says which message it is")
        try:
            return storable(text(found))
        except ExpressionError as error:
            raise failed("dedupe", error, self._source) from None


def dedupe(value: Mapping[str, Any], content: Content) -> Dedupe:
    """The factory."""
    return Dedupe(value)
