"""The codecs of JSON."""

from __future__ import annotations

import codecs
import io
from typing import Any

from router.config.content import StoredContent
from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, Wrong
from tests.fuzz.targets.chunks import same_in_chunks
from transforms.codecs import CODECS
from transforms.codecs.json_faults import fault_of

JSON: Any = CODECS["json"]({}, StoredContent())
NDJSON: Any = CODECS["ndjson"]({}, StoredContent())


def json(raw: bytes) -> str:
    """The quick reader takes just what the slow and exact one takes, and what it gives comes back as it was."""
    try:
        body = JSON.decode(raw, ENVELOPE)
    except DecodeError as error:
        if right(raw):
            raise Wrong(f"refused although it is JSON: {error.reason}") from error
        raise
    if not right(raw):
        raise Wrong(f"taken as {body!r:.300} although it is no JSON")
    again = JSON.decode(JSON.encode(body), ENVELOPE)
    if again != body or JSON.encode(again) != JSON.encode(body):
        raise Wrong(f"{body!r:.300} came back as {again!r:.300}")
    return repr(body)


def right(raw: bytes) -> bool:
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return False
    return fault_of(text) is None


def ndjson(raw: bytes) -> list[str]:
    found = same_in_chunks(NDJSON, raw)
    bodies = [body for cut in NDJSON.cut(io.BytesIO(raw)) for _, body in NDJSON.records(io.BytesIO(raw), cut)]
    if not any(isinstance(body, Bad) for body in bodies):
        written = NDJSON.join(bodies, True)
        again = NDJSON.decode(written, ENVELOPE)
        if NDJSON.decode(raw, ENVELOPE) != bodies or again != bodies or NDJSON.join(again, True) != written:
            raise Wrong(f"{bodies!r:.300} is not what comes back from {written!r:.300}")
    return found


ODD = (
    b"",
    b"[]",
    b'{"a": 1, "a" : 2}',
    b'{"a\\u0062": 1, "ab": 2}',
    b"[" * 201 + b"]" * 201,
    b"-0.0e-7",
    b"9" * 4301,
    b'"\\ud800"',
    b'{"a":":","b":"\\":"}',
)
SEEDS = ("data/**/*.json", "fuzz/corpus/json/*")
LINES = (b'{"a": 1}\n\n{"a": x}\r\n[1]\n"two"', b"\xef\xbb\xbf1\n2\n", b"\xff\xfe1\0\n\0")

TARGETS = (
    Target("json", json, seeds=SEEDS, written=ODD, words="json"),
    Target("ndjson", ndjson, seeds=SEEDS, written=LINES, words="json", longest=600),
)
