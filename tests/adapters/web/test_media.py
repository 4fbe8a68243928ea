"""Which media types contradict a format."""

from __future__ import annotations

import pytest

from adapters.web.media import contradicts


@pytest.mark.parametrize(
    ("media", "format", "contradiction"),
    [
        (None, "json", False),
        ("Application/JSON; charset=utf-8", "json", False),
        ("application/ld+json", "json", False),
        ("application/octet-stream", "json", False),
        ("application/x-www-form-urlencoded", "json", False),
        ("application/unheard-of", "json", False),
        ("text/csv", "json", True),
        ("text/plain", "json", True),
        ("application/xml", "json", True),
        ("image/svg+xml", "json", True),
        ("multipart/form-data; boundary=x", "json", True),
        ("application/soap+xml", "xml", False),
        ("text/xml", "xml", False),
        ("application/json", "xml", True),
        ("text/plain", "csv", False),
        ("application/json", "csv", True),
        ("application/json", "text", False),
        ("image/png", "text", True),
        ("image/png", "bytes", False),
    ],
)
def test_contradictions(media: str | None, format: str, contradiction: bool) -> None:
    assert contradicts(media, format) is contradiction
