"""How an error shows a value and says where it stands. Lines and columns count from 1, bytes from 0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

LONGEST = 60
KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "a text"), (bool, "true or false"), ((int, float, Decimal), "a number"), (datetime, "a date with time"),
    (date, "a date"), (Mapping, "an object"), ((list, tuple), "a list"), (bytes, "bytes"),
)  # fmt: skip
LINE_END = re.compile("\r\n|\r|\n")


def excerpt(value: Any) -> str:
    """The value as a person may see it in one line: quoted where it is text, cut after 60 characters."""
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]!r}… ({len(value)} characters)"
    shown = repr(value)
    return shown if isinstance(value, str) or len(shown) <= LONGEST else shown[:LONGEST] + "…"


def kind(value: Any) -> str:
    """What people call a value of this type."""
    if value is None:
        return "null"
    found = next((words for types, words in KINDS if isinstance(value, types)), None)
    return found or ("XML" if hasattr(value, "xpath") else f"of the kind {type(value).__name__}")


def line_column(text: str, at: int, only: int = 0) -> tuple[int, int]:
    """Line and column of a character; CRLF, CR and LF each end a line. `only` is the number of the line where the text is
    one line of many, in which nothing ends a line."""
    if only:
        return only, at + 1
    line, start = 1, 0
    for end in LINE_END.finditer(text, 0, at):
        line, start = line + 1, end.end()
    return line, at - start + 1


def place(text: str, at: int, before: int = 0, only: int = 0) -> str:
    """`line 3, column 5 (byte 40)` of a character in a UTF-8 text that stands `before` bytes into the message."""
    line, column = line_column(text, at, only)
    return f"line {line}, column {column} (byte {before + len(text[:at].encode(errors='surrogatepass'))})"
