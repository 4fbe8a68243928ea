"""Layouts for tests, and codecs of them."""

from __future__ import annotations

import io
from typing import Any

from router.config.content import StoredContent
from router.ports import Bad
from transforms.codecs import CODECS

SALES = """
record_type: {at: 1, length: 2}
records:
  H1: {name: header, fields: {store: {at: 3, length: 4}, date: {at: 7, length: 8, type: date, format: "%Y%m%d"}}}
  D1:
    name: line
    fields:
      sku: {at: 3, length: 13}
      qty: {at: 16, length: 5, type: int}
      price: {at: 21, length: 9, type: decimal, implied: 2, sign: trailing}
  T1: {name: trailer, fields: {count: {at: 3, length: 6, type: int}}}
group: {start: H1, members: [D1], end: T1}
"""
PRICES = """
fields:
  sku: {at: 1, length: 6}
  price: {at: 7, length: 7, type: decimal}
  from: {at: 14, length: 10, type: date}
"""


def made(text: str, **options: Any) -> Any:
    content = StoredContent({"transforms/layouts/sales.yaml": text.encode()})
    return CODECS["fixed"]({"layout": "sales", **options}, content)


def read(codec: Any, raw: bytes, size: int = 262_144) -> list[Any]:
    stream = io.BytesIO(raw)
    return [body for cut in codec.cut(stream, None, size) for _, body in codec.records(stream, cut)]


def only_bad(codec: Any, raw: bytes) -> Bad:
    """The one record that could not be read."""
    (found,) = [body for body in read(codec, raw) if isinstance(body, Bad)]
    return found
