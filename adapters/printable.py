"""Text of others on a terminal or in a log: one line, and nothing that a terminal would obey."""

from __future__ import annotations

import re

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, ends of lines, turns of the writing direction, and halves of characters, which no terminal can be sent."""


def printable(text: str) -> str:
    """The same text with `\\n`, `\\x1b` or `\\u202e` for what is not to be seen."""
    return OBEYED.sub(lambda found: repr(found[0])[1:-1], text)
