"""Lines that are indented unlike those they belong to. The parser stops at the first that does not fit; which of them is wrong
is seen by what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from router.config.stop import BLOCK_END, NO_VALUE, Explained, Stop


def deeper(stop: Stop) -> Explained | None:
    """A key that is indented below one which has its value already."""
    before = stop.at(stop.line)[: stop.column]
    if not NO_VALUE.search(stop.said) or not re.fullmatch(r"\s+[\w.-]+", before):
        return None
    indent = len(before) - len(before.lstrip())
    message = "this key is indented deeper than the line above, which has its value already"
    return Explained(stop.line + 1, indent + 1, message, "align it with its neighbours")


def first_of_block(stop: Stop) -> Explained | None:
    """A block whose first line is indented deeper than those below it, and is nearly alone in that."""
    if BLOCK_END not in stop.said or indent_of(stop.at(stop.line)) != stop.column:
        return None
    block = list(lines_while(stop, range(stop.line - 1, -1, -1), stop.column + 1))
    if not block:
        return None
    first, depth = block[-1], indent_of(stop.at(block[-1])) or 0
    above = sum(indent_of(stop.at(n)) == depth for n in block)
    below = sum(indent_of(stop.at(n)) == stop.column for n in lines_while(stop, range(stop.line, len(stop.lines)), stop.column))
    if above >= below:
        return None
    message = f"this line is indented unlike line {stop.line + 1} and those behind it"
    return Explained(first + 1, depth + 1, message, "align it with them")


def interrupted(stop: Stop) -> Explained | None:
    """A line that is indented less than the block which it stands in, so that the block seems to end with it. Where it could
    stand there, the block must go on behind it: else what is wrong is where the parser stopped."""
    if BLOCK_END not in stop.said or indent_of(stop.at(stop.line)) != stop.column:
        return None
    above = [(n, depth) for n in range(stop.line - 1, -1, -1) if (depth := indent_of(stop.at(n))) is not None]
    culprit, at = next(((n, depth) for n, depth in above if depth < stop.column), (-1, 0))
    before = [depth for n, depth in above if n < culprit]
    if next((depth for depth in before if depth <= stop.column), -1) != stop.column:
        return None
    goes_on = list(lines_while(stop, range(stop.line, len(stop.lines)), stop.column))
    many = sum(indent_of(stop.at(n)) == stop.column for n in goes_on) > 1
    may_stand = next((depth for depth in before if depth < stop.column), 0) == at
    if may_stand and (not many or first_of_block(stop) is not None):
        return None
    message = f"this line is indented less than those above it and line {stop.line + 1}"
    return Explained(culprit + 1, at + 1, message, "align it with them")


def lines_while(stop: Stop, numbers: Iterable[int], least: int) -> Iterator[int]:
    """The full lines among these until one is indented less."""
    for n in numbers:
        depth = indent_of(stop.at(n))
        if depth is not None and depth < least:
            return
        if depth is not None:
            yield n


def indent_of(line: str) -> int | None:
    """Blanks in front of a line; None where it is empty or a comment."""
    text = line.lstrip(" ")
    return len(line) - len(text) if text and not text.startswith("#") else None
