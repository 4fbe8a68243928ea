"""Running expressions inside a step: their errors become the message's, with the step's verb as the stage."""

from __future__ import annotations

from typing import Any

from router.errors import ExpressionError, MessageError
from router.message import Message
from router.ports import Expression


def evaluate(stage: str, expression: Expression, message: Message) -> Any:
    """The value of an expression. Raises MessageError."""
    try:
        return expression(message)
    except ExpressionError as error:
        raise failed(stage, error) from None


def failed(stage: str, error: ExpressionError, where: str = "") -> MessageError:
    return MessageError(stage, error.error, f"{where}: {error.reason}" if where else error.reason)
