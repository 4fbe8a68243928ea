"""Bodies of all shapes: as an operator edits them, and as a target has to write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from router.errors import DecodeError, EncodeError
from tests.contracts.codec import ENVELOPE
from tests.fuzz.target import Target, told
from tests.fuzz.targets.csv import TABLES
from tests.fuzz.targets.fixed import FIXED
from tests.fuzz.targets.json import JSON, NDJSON
from tests.fuzz.targets.text import TEXTS
from tests.fuzz.targets.xml import BY_RECORDS, XML

RECORD_CODECS = (*TABLES, *FIXED, NDJSON, *BY_RECORDS)
ALL_CODECS = (*TABLES, *FIXED, NDJSON, JSON, XML, *TEXTS)


def edited(raw: bytes) -> list[str]:
    """JSON as the cells of a record, for each codec."""
    cells = JSON.decode(raw, ENVELOPE)
    return [outcome(lambda codec: codec.record_from_cells(cells), codec, DecodeError) for codec in RECORD_CODECS]


def written(raw: bytes) -> list[str]:
    """JSON as a body, for each codec."""
    body = JSON.decode(raw, ENVELOPE)
    return [outcome(lambda codec: codec.encode(body), codec, EncodeError) for codec in ALL_CODECS]


def outcome(make: Callable[[Any], Any], codec: Any, errors: type[DecodeError] | type[EncodeError]) -> str:
    try:
        found = make(codec)
    except errors as error:
        told(error.reason)
        return error.reason
    return repr(etree.tostring(found) if hasattr(found, "xpath") else found)


SEEDS = ("data/**/*.json", "fuzz/corpus/json/*")
CELLS = (
    b'{"qty": "3", "price": "1,50", "paid": true, "sold": "2026-03-01", "at": "2026-03-01T10:15:32", "note": null}',
    b'{"header": {"store": "0042", "date": "2026-03-01"}, "line": [{"sku": "1", "qty": 2, "price": 1.5}],'
    b' "trailer": {"count": 1}}',
    b'{"account": "A-1", "amount": -1.99, "count": "012", "on": "2026-03-01", "open": "yes"}',
    b'"<r xmlns=\\"urn:p\\">x</r>"',
    b'"H1004220260301\\nT1000002"',
    b'{"a": [1, {"b": null}], "b": 1e-7, "c": ""}',
    b'{"sku": "4711", "price": 10.25, "from": "2026-03-01"}',
    b'[{"a": 1, "b": 2}, {"a": 3}]',
    b'"text"',
    b"7",
    b"null",
)
TARGETS = (
    Target("edited", edited, seeds=SEEDS, written=CELLS, words="bodies", longest=1024),
    Target("written", written, seeds=SEEDS, written=CELLS, words="bodies", longest=1024),
)
