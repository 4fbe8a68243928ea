"""Delimited text: read record by record with bounded memory, written with a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.ports import Content
from transforms.codecs.csv.codec import CsvCodec
from transforms.codecs.csv.dialect import dialect


def csv(options: Mapping[str, Any], content: Content) -> CsvCodec:
    """The factory. Raises ValueError for options that cannot work."""
    return CsvCodec(dialect(options))


__all__ = ["CsvCodec", "csv"]
