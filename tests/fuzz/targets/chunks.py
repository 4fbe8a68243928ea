"""Codecs that cut: the records are the same, whatever the chunks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from router.errors import DecodeError
from router.ports import Bad, RecordCodec
from tests.fuzz.target import Wrong, told

Shown = Callable[[Any], str]
SIZES = (1, 17, 80)
WHOLE = 1 << 20


def shown(body: Any) -> str:
    if isinstance(body, Bad):
        told(body.error.reason)
        return f"Bad: {body.error.reason} {body.cells!r}"
    return repr(body)


def read(codec: RecordCodec, raw: bytes, size: int, show: Shown) -> list[str]:
    """All records by chunks of that size, which lie one after the other. Raises DecodeError."""
    stream, found = io.BytesIO(raw), list[str]()
    end = None
    for cut in codec.cut(stream, None, size):
        if end not in (None, cut.offset) or cut.length <= 0 or cut.first_record != len(found) + 1:
            raise Wrong(f"{cut} does not follow what ends at {end} with record {len(found)}")
        end = cut.offset + cut.length
        records = codec.records(stream, cut)
        numbers = list(range(cut.first_record, cut.first_record + cut.records))
        if [number for number, _ in records] != numbers:
            raise Wrong(f"{cut} has the records {[number for number, _ in records]}")
        for number in numbers[:1]:
            if [show(body) for _, body in codec.records(stream, cut, [number])] != [show(records[0][1])]:
                raise Wrong(f"record {number} of {cut} is another one when it is asked for alone")
        found += [show(body) for _, body in records]
    if end is not None and list(codec.cut(stream, cut, size)):
        raise Wrong(f"behind the last chunk of {size} bytes there is another one: it would never end")
    return found


def same_in_chunks(codec: RecordCodec, raw: bytes, show: Shown = shown) -> list[str]:
    """The records, or DecodeError; Wrong where chunks of another size give others."""
    whole = outcome(codec, raw, WHOLE, show)
    for size in SIZES:
        pieces = outcome(codec, raw, size, show)
        if type(whole) is not type(pieces) or (isinstance(whole, list) and whole != pieces):
            raise Wrong(f"in chunks of {size} bytes: {difference(whole, pieces)}")
    if isinstance(whole, DecodeError):
        raise whole
    return whole


def outcome(codec: RecordCodec, raw: bytes, size: int, show: Shown) -> list[str] | DecodeError:
    try:
        return read(codec, raw, size, show)
    except DecodeError as error:
        return error


def difference(whole: object, pieces: object) -> str:
    if not isinstance(whole, list) or not isinstance(pieces, list):
        return f"{pieces!r:.400} instead of {whole!r:.400}"
    at = next((n for n, (a, b) in enumerate(zip(whole, pieces, strict=False)) if a != b), min(len(whole), len(pieces)))
    found, wanted = pieces[at : at + 1], whole[at : at + 1]
    return f"{len(pieces)} records instead of {len(whole)}; record {at + 1} is {found} instead of {wanted}"
