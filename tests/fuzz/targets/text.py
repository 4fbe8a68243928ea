"""Plain text in encodings of all kinds."""

from __future__ import annotations

from typing import Any

from router.config.content import StoredContent
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, Wrong, last_byte
from transforms.codecs import CODECS

NAMES = (
    "utf-8",
    "cp1252",
    "utf-16",
    "utf-32",
    "utf-16-be",
    "cp037",
    "shift_jis",
    "gb18030",
    "big5",
    "iso-8859-15",
    "utf-8-sig",
    "euc_kr",
    "cp500",
)
TEXTS: tuple[Any, ...] = tuple(CODECS["text"]({"encoding": name}, StoredContent()) for name in NAMES)


def text(data: bytes) -> str:
    """What was read is written, and read as the same."""
    raw, variant = last_byte(data)
    codec = TEXTS[variant % len(TEXTS)]
    body = codec.decode(raw, ENVELOPE)
    if not body.startswith("\ufeff"):
        again = codec.decode(codec.encode(body), ENVELOPE)
        if again != body:
            raise Wrong(f"{body!r:.300} came back as {again!r:.300}")
    return repr(body)


TARGETS = (
    Target(
        "text",
        text,
        seeds=("fuzz/corpus/lines/*",),
        written=("Müsli\r\n".encode("utf-16"), "ü\0".encode("utf-32")),
        variants=len(NAMES),
        words="text",
    ),
)
