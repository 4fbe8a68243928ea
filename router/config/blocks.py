"""Places inside a text of several lines, which stands in YAML below `|` or `>`."""

from __future__ import annotations

import re

from router.config.spots import Spot

BLOCK = re.compile(r"[|>][-+\d]*\s*(#.*)?$")


def in_block(source: str, begun: Spot, text: str, column: int) -> Spot | None:
    """Where a character of `text` stands (`column` counts from 1), whose value begins at `begun` in the file `source`. None
    where that is no block, or where the lines are not those of the text, as with references."""
    lines = source.splitlines()
    if not 0 < begun.line <= len(lines) or BLOCK.match(lines[begun.line - 1], begun.column - 1) is None:
        return None
    behind = 0
    for number, line in enumerate(lines[begun.line :], begun.line + 1):
        words = line.strip()
        start = text.find(words, behind)
        if start < 0:
            return None
        behind = start + len(words)
        if words and column <= behind + 1:
            indent = len(line) - len(line.lstrip())
            return Spot(begun.file, number, indent + max(0, column - 1 - start) + 1)
    return None
