"""Sets of positions or record numbers, written as text: `0-499`, `1,3,7-9`. The ledger stores these."""

from __future__ import annotations

from collections.abc import Iterable


def encode(numbers: Iterable[int]) -> str:
    """The shortest text of a set of numbers; `''` for none."""
    parts: list[str] = []
    start = end = None
    for n in sorted(numbers):
        if start is None or end is None:
            start = end = n
        elif n == end + 1:
            end = n
        elif n != end:
            parts.append(f"{start}-{end}" if end > start else str(start))
            start = end = n
    if start is not None and end is not None:
        parts.append(f"{start}-{end}" if end > start else str(start))
    return ",".join(parts)


def decode(text: str) -> list[int]:
    """The numbers in ascending order."""
    numbers: list[int] = []
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        if dash:
            numbers.extend(range(int(first), int(last) + 1))
        else:
            numbers.append(int(first))
    return numbers


def size(text: str) -> int:
    """How many numbers there are, without listing them."""
    total = 0
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        total += int(last) - int(first) + 1 if dash else 1
    return total


def remove(text: str, gone: Iterable[int]) -> str:
    """The text without those numbers."""
    return encode(set(decode(text)).difference(gone))
