"""Bytes of others as a text to read: in the charset of their content type."""

from __future__ import annotations

import re

CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
DEFAULT = "utf-8"


def charset_of(content_type: str) -> str:
    """As the content type says it, '' where it says none."""
    found = CHARSET.search(content_type)
    return found.group(1) if found else ""


def text_of(raw: bytes, content_type: str) -> str:
    """A text that can be written as UTF-8, whatever the content type says. What is no character is U+FFFD; UTF-8 is
    taken where no charset is named, or none that is known."""
    try:
        text = raw.decode(charset_of(content_type) or DEFAULT, "replace")
    except (LookupError, ValueError):
        text = raw.decode(DEFAULT, "replace")
    return text.encode(DEFAULT, "replace").decode()
