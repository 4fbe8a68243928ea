"""Reasons of expressions and content to a message and its hint. A reason says what is wrong and then, behind `: ` or `; `,
what to write: `unknown filter 'uper': did you mean 'upper'?`"""

from __future__ import annotations

import re

VERBS = (
    "write", "did you mean", "put", "remove", "use", "take", "give", "close", "join", "declare", "add", "rename", "name",
    "save", "return", "compute", "try", "align", "indent", "begin", "leave",
)  # fmt: skip
FACTS = (
    "there are ", "there is ", "an expression ", "a template sees", "a text is written", "a field is ", "it has ",
    "the file has", "it replies", "a map has", "else ", "`else`", "in short", "a number has", "for example", "such as ",
    "one of", "a step", "known are", "an object with", "message.received_at is", "a value stands", "with blanks",
)  # fmt: skip
"""What begins an advice."""
WORDS = "|".join(map(re.escape, (*VERBS, *FACTS)))
ADVICE = re.compile(rf"(?:: |; |, so )((?:{WORDS}|an? [a-z]+ is written|a `.` is missing)[^\n]*)")
WHERE = re.compile(r" \(at character \d+ of '.*'\)$", re.DOTALL)


def parted(reason: str) -> tuple[str, str]:
    """The message and the hint; '' where the reason gives no advice."""
    where = WHERE.search(reason)
    text = reason[: where.start()] if where else reason
    found = ADVICE.search(text)
    if found is None:
        return reason, ""
    return text[: found.start()] + (where[0] if where else ""), found[1]
