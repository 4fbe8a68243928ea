"""What cannot be said in an expression: whether an invoice adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def checked(message: Any) -> Any:
    """Raises ValueError where the invoice contradicts itself: it is a dead letter with that sentence."""
    header, lines, trailer = (message.body[part] for part in ("header", "line", "trailer"))
    if len(lines) != trailer["lines"]:
        raise ValueError(f"invoice {header['number']} announces {trailer['lines']} lines and has {len(lines)}")
    total = sum((line["quantity"] * line["price"] for line in lines), Decimal(0))
    if total != trailer["total"]:
        raise ValueError(f"invoice {header['number']}: the lines make {total}, its total says {trailer['total']}")
    if header["due"] < header["date"]:
        raise ValueError(f"invoice {header['number']} is due before it was written")
    return message
