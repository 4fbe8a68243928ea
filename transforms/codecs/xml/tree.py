"""Element trees by a parser that opens nothing and expands nothing."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from router.errors import DecodeError, EncodeError

SAFE = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False,
    "recover": False, "remove_blank_text": False,
}  # fmt: skip
NO_DOCTYPE = "document type declarations are not accepted; remove <!DOCTYPE …>"
LIMITS = (
    ("Excessive depth", "elements are nested deeper than 256 levels"),
    ("Text node too long", "one text is longer than 10 MB"),
    ("too big found", "one tag, comment or text is longer than 10 MB"),
    ("Buffer size limit", "one tag, comment or text is longer than 10 MB"),
    ("amplification factor", NO_DOCTYPE),
)
"""What the parser says of its limits, and what that is to the reader of the message."""


def parse(raw: bytes) -> Any:
    """The root element. Raises DecodeError with line and column."""
    if not raw.strip():
        raise DecodeError("the body is empty, not XML")
    try:
        root = etree.fromstring(raw, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in raw[:4096].replace(b"\0", b""):
            raise DecodeError(NO_DOCTYPE, "invalid") from None
        line, column, reason = told(error)
        raise DecodeError(f"line {line}, column {column}: {reason}") from None
    except (LookupError, ValueError) as error:
        raise DecodeError(f"not XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DecodeError(NO_DOCTYPE, "invalid")
    return root


def told(error: etree.XMLSyntaxError) -> tuple[int, int, str]:
    """Line, column and sentence of what the parser says."""
    line, column = error.position
    said = re.sub(r", line \d+, column \d+.*$", "", (error.msg or "not XML").strip(), flags=re.DOTALL)
    said = next((sentence for word, sentence in LIMITS if word in said), said)
    return line, column, said


def parse_text(text: str) -> None:
    """Raises EncodeError where a text is not well-formed."""
    try:
        etree.fromstring(text.encode(), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as error:
        line, column, reason = told(error)
        raise EncodeError(f"the text is not well-formed XML: line {line}, column {column}: {reason}") from None
