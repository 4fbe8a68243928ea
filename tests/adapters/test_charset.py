from __future__ import annotations

import pytest

from adapters.charset import charset_of, text_of


@pytest.mark.parametrize(
    ("raw", "content_type", "text"),
    [
        (b"\xe4\x80;1\n", "text/csv; charset=cp1252", "ä€;1\n"),
        (b"\xe4", 'text/plain; Charset="ISO-8859-1"', "ä"),
        ("ä€".encode("utf-16"), "text/plain; charset=utf-16", "ä€"),
        ("ä€".encode(), "application/json", "ä€"),
        ("ä€".encode(), "", "ä€"),
        (b"\xe4", "text/plain", "\ufffd"),
        ("ä".encode(), "text/plain; charset=klingon", "ä"),
        (b"a", "text/plain; charset=hex", "a"),
        (b"+2AA-", "text/plain; charset=utf-7", "?"),
    ],
)
def test_bytes_are_read_as_their_content_type_says(raw: bytes, content_type: str, text: str) -> None:
    assert text_of(raw, content_type) == text


def test_the_charset_of_a_content_type() -> None:
    assert charset_of("text/csv; header=present; charset=cp1252") == "cp1252"
    assert charset_of("application/json") == ""
