"""What stands before the records is found however long it is."""

from __future__ import annotations

import io
from typing import Any

import pytest

from router.config.content import StoredContent
from transforms.codecs import CODECS
from transforms.codecs.csv.cut import HEADS, cuts, read_head
from transforms.codecs.csv.dialect import dialect


def test_a_header_longer_than_the_first_look() -> None:
    names = [f"column_{n}" for n in range(HEADS[0] // 4)]
    raw = ("\ufeff" + ";".join(names) + "\r\n1;2\r\n").encode()
    head = read_head(io.BytesIO(raw), dialect({"delimiter": ";"}))
    assert head.names == tuple(names)
    assert raw[head.offset :] == b"1;2\r\n"


@pytest.mark.parametrize("length", [10, HEADS[0] - 4, HEADS[0] * 3])
def test_lines_that_are_skipped(length: int) -> None:
    raw = b"x" * length + "\nä;b\n1;2\n".encode("cp1252")
    head = read_head(io.BytesIO(raw), dialect({"delimiter": ";", "skip": 1, "encoding": "cp1252"}))
    assert head.names == ("ä", "b")
    assert (head.line, raw[head.offset :]) == (3, b"1;2\n")


def test_a_file_that_is_only_a_header_or_nothing() -> None:
    assert read_head(io.BytesIO(b"a,b"), dialect({})).names == ("a", "b")
    assert read_head(io.BytesIO(b""), dialect({})).names == ()


@pytest.mark.parametrize("size", [1, 12, 20, 262_144])
def test_no_record_is_lost_before_an_empty_line_at_the_end_of_a_chunk(size: int) -> None:
    stream, how = io.BytesIO(b'a,b\n1,"x"\n\n\n2,"y"\n\n3,"z"\n\n'), dialect({})
    found = list(cuts(stream, how, read_head(stream, how), None, size))
    assert sum(cut.records for cut in found) == 3


@pytest.mark.parametrize(
    ("options", "raw", "count"),
    [
        ({"delimiter": "§"}, b'a\xc2\xa7b\n1\xc2\xa72\n\xa7"\xc2\xa73\n4\xc2\xa75\n', 3),
        ({"quote": "«"}, 'a,b\n«1\n2«,"\n3,4\n'.encode(), 2),
    ],
    ids=["delimiter", "quote"],
)
@pytest.mark.parametrize("size", [1, 6, 1000])
def test_delimiters_and_quotes_beyond_ascii_are_found_by_what_they_are(
    options: dict[str, str], raw: bytes, count: int, size: int
) -> None:
    """Not by the bytes that they take in UTF-8."""
    codec: Any = CODECS["csv"](options, StoredContent())
    stream = io.BytesIO(raw)
    chunks = [(cut.records, len(codec.records(stream, cut))) for cut in codec.cut(stream, None, size)]
    assert all(told == found for told, found in chunks)
    assert sum(told for told, _ in chunks) == count
