"""Whether the media type of a request contradicts the format of its route (415)."""

from __future__ import annotations

FAMILIES = {
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/plain": "text",
    "text/html": "html",
    "application/pdf": "binary",
    "application/zip": "binary",
    "application/gzip": "binary",
}
"""What media types say for sure. Others, and `application/octet-stream`, say nothing about the content."""

FITTING = {
    "json": {"json"},
    "ndjson": {"ndjson", "json", "text"},
    "xml": {"xml"},
    "csv": {"csv", "text"},
    "fixed": {"text"},
    "text": {"text", "json", "ndjson", "xml", "csv", "html"},
}
"""The families that a format can be; what is not here can be any."""


def family(content_type: str) -> str | None:
    """What a media type says about the content, None where it says nothing."""
    media = content_type.partition(";")[0].strip().lower()
    known = FAMILIES.get(media)
    if known is not None:
        return known
    kind, _, rest = media.partition("/")
    if kind in ("image", "audio", "video", "font", "multipart"):
        return "binary"
    suffix = rest.rpartition("+")[2] if "+" in rest else ""
    return suffix if suffix in ("json", "xml") else None


def contradicts(content_type: str | None, format: str) -> bool:
    if content_type is None or format not in FITTING:
        return False
    said = family(content_type)
    return said is not None and said not in FITTING[format]
