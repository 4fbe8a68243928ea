"""The csv codec, with options of all kinds."""

from __future__ import annotations

import io
from typing import Any

from router.config.content import StoredContent
from router.errors import EncodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.chunks import same_in_chunks
from transforms.codecs import CODECS

TYPES = {"qty": "int", "price": "decimal", "paid": "bool", "sold": "date", "at": {"datetime": "%d.%m.%Y %H:%M:%S"}}
DIALECTS: tuple[dict[str, Any], ...] = (
    {},
    {"delimiter": ";", "encoding": "cp1252", "decimal": ",", "columns": TYPES},
    {"delimiter": "\t", "encoding": "utf-16"},
    {"header": False, "columns": {"a": "int", "b": "text", "c": {"date": "%Y%m%d"}}},
    {"skip": 1, "quote": "'", "delimiter": "|"},
    {"encoding": "cp037"},
    {"encoding": "shift_jis", "header": False, "columns": ["a", "b"]},
    {"encoding": "gb18030", "delimiter": ";"},
    {"encoding": "utf-8-sig", "delimiter": "§"},
    {"quote": "«"},
)
TABLES: tuple[Any, ...] = tuple(CODECS["csv"](dialect, StoredContent()) for dialect in DIALECTS)


def csv(data: bytes) -> list[str]:
    raw, variant = last_byte(data)
    codec = TABLES[variant % len(TABLES)]
    found = same_in_chunks(codec, raw)
    bodies = [body for cut in codec.cut(io.BytesIO(raw)) for _, body in codec.records(io.BytesIO(raw), cut)]
    if bodies and not any(isinstance(body, Bad) for body in bodies):
        comes_back(codec, bodies)
    return found


def comes_back(codec: Any, bodies: list[Any]) -> None:
    """Where `columns` are given, only these are written."""
    columns = codec.dialect.names or tuple(bodies[0])
    bodies = [{name: body[name] for name in columns} for body in bodies]
    try:
        written = b"title\n" * codec.dialect.skip + codec.encode(bodies)
    except EncodeError:
        return
    again = codec.decode(written, ENVELOPE)
    if again != bodies:
        raise Wrong(f"{bodies!r:.500} was written as {written!r:.500} and came back as {again!r:.500}")


ALL = b'qty;price;paid;sold;at;note\r\n1;2,50;yes;2026-03-01;01.03.2026 10:15:32;"a; ""b"""\r\n;;;;;\r\nx;1.0;?;;;\r\n'
WRITTEN = (
    ALL,
    b"1,b,20260301\n-7,,\n",
    "a\tb\r\nü\tx\r\n".encode("utf-16"),
    "a,b\n1,2\n".encode("cp037"),
    b"a\n1\n\x1a",
    b"title\na|b\n'x|\ny'|z\n",
    b'a,b\r1,"2\r3"\r',
    "a§b\nc§d".encode(),
    b'a,b\n1,"open\n2,3\n',
    b"a,b\n1\0,2\n",
)
TARGETS = (
    Target(
        "csv",
        csv,
        seeds=("data/**/*.csv", "fuzz/corpus/csv/*"),
        written=WRITTEN,
        variants=len(TABLES),
        words="csv",
        longest=600,
    ),
)
