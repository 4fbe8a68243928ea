"""Lines of fixed width, and the layouts that describe them."""

from __future__ import annotations

import io
from typing import Any

from router.config.content import StoredContent
from router.errors import EncodeError
from router.ports import Bad
from router.registry import ContentError
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.chunks import same_in_chunks
from tests.transforms.codecs.fixed.layouts import PRICES, SALES, made
from transforms.codecs import CODECS

HOST = """
length: 24
fields:
  account: {at: 1, length: 6}
  amount: {at: 7, length: 8, type: decimal, implied: 2, sign: overpunch}
  count: {at: 15, length: 3, type: int, sign: leading}
  on: {at: 18, length: 6, type: {date: "%y%m%d"}}
  open: {at: 24, length: 1, type: bool}
"""
LOOSE = """
record_type: {at: 1, length: 1}
records:
  A: {fields: {n: {at: 2, length: 3, type: int}, at: {at: 5, length: 16, type: datetime, format: "%Y-%m-%dT%H:%M"}}}
  B: {name: text, fields: {words: {at: 2, length: 12}, left: {at: 14, length: 6, type: decimal, sign: trailing}}}
group: {start: A, members: [B]}
"""
LAYOUTS = ((SALES, "utf-8"), (PRICES, "cp1252"), (HOST, "cp037"), (LOOSE, "utf-16"), (HOST, "ascii"), (SALES, "cp500"))
FIXED = tuple(made(layout, encoding=encoding) for layout, encoding in LAYOUTS)


def fixed(data: bytes) -> list[str]:
    raw, variant = last_byte(data)
    codec = FIXED[variant % len(FIXED)]
    found = same_in_chunks(codec, raw)
    bodies = [body for cut in codec.cut(io.BytesIO(raw)) for _, body in codec.records(io.BytesIO(raw), cut)]
    if not any(isinstance(body, Bad) for body in bodies):
        comes_back(codec, bodies)
    return found


def comes_back(codec: Any, bodies: list[Any]) -> None:
    """Numbers as numbers: their columns say how many decimals are written."""
    try:
        written = codec.encode(bodies)
    except EncodeError:
        return
    again = codec.decode(written, ENVELOPE)
    if again != bodies:
        raise Wrong(f"{bodies!r:.500} was written as {written!r:.500} and came back as {again!r:.500}")


def layout(raw: bytes) -> str:
    """A layout that is taken reads and refuses lines."""
    codec: Any = CODECS["fixed"]({"layout": "sales"}, StoredContent({"transforms/layouts/sales.yaml": raw}))
    return repr(same_in_chunks(codec, b"H10042202603012B\r\nD14006381333931000020000019900-\r\nT1000001\r\n"))


SALE = b"H1004220260301\nD14006381333931    2000000199-\nD1x               3000000250 \nT1000002\n"
BLOCK = "A-1   0000199}+0126030111234560000250A-02260302 "
WRITTEN = (
    SALE,
    SALE.replace(b"\n", b"\r\n"),
    SALE.decode().encode("cp500").replace(b"\x25", b"\x15"),
    BLOCK.encode(),
    BLOCK.encode("cp037"),
    b"4711  0001.502026-03-01\n4712  1.5\n",
    "A0012026-03-01T10:15\nBwords          1.50-".encode("utf-16"),
)
TARGETS = (
    Target(
        "fixed",
        fixed,
        seeds=("data/fixed-width/*", "data/ebcdic/*", "fuzz/corpus/lines/*"),
        written=WRITTEN,
        variants=len(LAYOUTS),
        words="fixed",
        longest=600,
    ),
    Target(
        "layout",
        layout,
        (ContentError, *Target.errors),
        written=tuple(t.encode() for t in (SALES, PRICES, HOST, LOOSE)),
        seeds=("../examples/*/transforms/layouts/*.yaml",),
        words="layout",
        longest=2048,
    ),
)
