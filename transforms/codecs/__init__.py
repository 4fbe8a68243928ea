"""Codecs: bytes to bodies and back. The table is the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from router.registry import CodecFactory
from transforms.codecs.bytes import bytes as raw_bytes
from transforms.codecs.csv import csv
from transforms.codecs.fixed import fixed
from transforms.codecs.json import json
from transforms.codecs.ndjson import ndjson
from transforms.codecs.plain import read_json as read_json
from transforms.codecs.text import text
from transforms.codecs.xml import xml

CODECS: Mapping[str, CodecFactory] = {
    "json": json,
    "ndjson": ndjson,
    "xml": xml,
    "csv": csv,
    "fixed": fixed,
    "text": text,
    "bytes": raw_bytes,
}

MEDIA_TYPES = {
    "application/json": "json", "application/x-ndjson": "ndjson", "application/ndjson": "ndjson",
    "application/jsonl": "ndjson", "text/csv": "csv", "application/xml": "xml", "text/xml": "xml", "text/plain": "text",
}  # fmt: skip
SUFFIXES = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".xml": "xml", ".txt": "text"}


def codec_for(content_type: str | None, file_name: str | None) -> str:
    """The codec of a message whose route names no format: by content type, then file suffix, then bytes."""
    media = (content_type or "").partition(";")[0].strip().lower()
    if media in MEDIA_TYPES:
        return MEDIA_TYPES[media]
    for ending, name in (("+json", "json"), ("+xml", "xml")):
        if media.endswith(ending):
            return name
    return SUFFIXES.get(PurePosixPath(file_name or "").suffix.lower(), "bytes")


def codec_of_body(body: Any) -> str:
    """The codec of a body that steps made, where a target names no format."""
    return "xml" if hasattr(body, "xpath") else "json"
