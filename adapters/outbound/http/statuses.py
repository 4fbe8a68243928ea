"""Which statuses mean that the other side took it: `ok: ["200-299", 409]`."""

from __future__ import annotations

from collections.abc import Iterable

Statuses = tuple[tuple[int, int], ...]
"""Ranges, both ends included."""


def statuses_of(texts: Iterable[str | int]) -> Statuses:
    """Raises ValueError for what is neither a status nor a range of statuses."""
    return tuple(range_of(str(text).strip()) for text in texts)


def range_of(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)):
        raise ValueError(f"ok: {text!r} is neither a status nor a range such as 200-299")
    low, high = int(first), int(last or first)
    if not 100 <= low <= high <= 599:
        raise ValueError(f"ok: {text!r} must be within 100 to 599, the lower first")
    return low, high


def holds(statuses: Statuses, status: int) -> bool:
    return any(low <= status <= high for low, high in statuses)
