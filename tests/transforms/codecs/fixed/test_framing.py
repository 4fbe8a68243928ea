"""Line ends of each world, and files that have none."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest

from router.errors import DecodeError
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.fixed.layouts import made, read
from transforms.codecs.fixed.cut import LONGEST_RECORD

TWO = "fields: {sku: {at: 1, length: 4}, qty: {at: 5, length: 3, type: int}}"
SKUS = [{"sku": "A\u00fc", "qty": 1}, {"sku": "B", "qty": 22}, {"sku": "", "qty": 333}]
LINES = ["A\u00fc    1", "B    22", "    333"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-be", "utf-32", "cp037", "cp500", "cp273", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", ""])
@pytest.mark.parametrize("size", [1, 9, 40, 262_144])
def test_a_file_of_any_world(encoding: str, end: str, size: int) -> None:
    if end == "\x85" and encoding not in ("cp037", "cp500", "cp273"):
        end = "\n"  # NEL ends a line in EBCDIC only
    lines, bodies = (LINES, SKUS) if encoding != "cp932" else (LINES[1:], SKUS[1:])
    raw = (end.join(lines) + end).encode(encoding)
    assert read(made(TWO, encoding=encoding), raw, size) == bodies


def test_the_length_of_a_block_may_be_more_than_its_fields() -> None:
    raw = "".join(f"{line:10}" for line in LINES).encode("cp037")
    codec = made(f"length: 10\n{TWO}", encoding="cp037")
    assert read(codec, raw, 1) == SKUS
    assert codec.join(SKUS, True) == raw.replace("    1".encode("cp037"), "  001".encode("cp037")).replace(
        "   22".encode("cp037"), "  022".encode("cp037")
    )
    stream = io.BytesIO(raw + b"\x00" * 20)
    (cut,) = codec.cut(stream)
    assert (cut.records, [n for n, _ in codec.records(stream, cut, [3])]) == (3, [3])


def test_bytes_like_line_ends_are_data_in_blocks() -> None:
    codec = made(f"length: 9\n{TWO}", encoding="cp037")
    raw = b"".join("AB  001".encode("cp037") + ends for ends in (b"\x15\x25", b"\x0d\x15", b"\x00\x00"))
    assert read(codec, raw) == [{"sku": "AB", "qty": 1}] * 3


def test_a_block_that_is_cut_short_is_no_record() -> None:
    codec = made(f"length: 10\n{TWO}")
    first, bad = read(codec, b"A   001   B   0")
    assert first == {"sku": "A", "qty": 1}
    assert bad.error.reason.startswith(
        "block 2, column 6: the file ends inside this block, after 5 of 10 characters; was it cut short?"
    )


def test_line_ends_where_the_layout_says_there_are_none() -> None:
    with pytest.raises(DecodeError, match=r"byte 7: a line end follows each record, .* remove `length` from it"):
        made(f"length: 7\n{TWO}").decode(b"A   001\r\nB   002\r\n", ENVELOPE)


@pytest.mark.parametrize(("raw", "count"), [(b"A   001 and more", 1), (b"A   001", 1), (b"A   001B   002", 2), (b"A", 1)])
def test_one_line_without_an_end_or_blocks(raw: bytes, count: int) -> None:
    codec = made(TWO)
    if raw.endswith(b"more"):
        with pytest.raises(DecodeError, match="16 characters are no whole number of blocks of 7"):
            codec.decode(raw, ENVELOPE)
    else:
        assert len(codec.decode(raw, ENVELOPE)) == count


@pytest.mark.parametrize("size", range(2, 40))
def test_half_a_line_end_at_the_end_of_a_chunk_is_none(size: int) -> None:
    raw = "A   001\r\n\r\nB   0x2\r\n".encode("utf-16")
    first, bad = read(made(TWO, encoding="utf-16"), raw, size)
    assert first == {"sku": "A", "qty": 1}
    assert bad.error.reason == "line 3, column 5, field qty: '0x2' is not a whole number"


def test_half_a_character_at_the_end_and_bytes_that_are_none() -> None:
    codec = made(TWO, encoding="utf-16-le")
    good, bad = read(codec, "A   001\nB   0".encode("utf-16-le") + b"\x31", 1)
    assert good == {"sku": "A", "qty": 1}
    assert "field qty" in bad.error.reason
    good, bad = read(made(TWO), b"A   001\n\xc3   002\n", 1)
    assert bad.error.reason == (
        "line 2, column 1, field sku: the byte c3 is not utf-8; set `encoding` to what the sender writes"
    )


def test_another_byte_order_mark_is_said_once() -> None:
    with pytest.raises(DecodeError, match="byte order mark of utf-16-le"):
        made(TWO).decode(("A   001\n" * 9).encode("utf-16"), ENVELOPE)


class Watched(io.BytesIO):
    """Remembers the most that was read at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.most = max(self.most, len(found))
        return found


def test_a_large_stream_is_read_in_small_chunks() -> None:
    stream = Watched(b"A   001\n" * 400_000)
    codec = made(TWO)
    cuts = list(codec.cut(stream))
    assert stream.most <= 262_144
    assert sum(cut.records for cut in cuts) == 400_000
    last = cuts[-1]
    assert last.first_line == last.first_record
    (found,) = codec.records(stream, last, [400_000])
    assert found == (400_000, {"sku": "A", "qty": 1})


def test_a_line_and_a_group_of_more_than_16_mib_are_too_long() -> None:
    layout = "record_type: {at: 1, length: 1}\nrecords: {H: {fields: {a: {at: 2, length: 3}}}, D: {fields: {}}}\n" \
             "group: {start: H, members: [D]}"  # fmt: skip
    for codec, raw in (
        (made(TWO), b"A   001\n" + b"x" * (LONGEST_RECORD + 9) + b"\n"),
        (made(layout), b"H\n" + (b"D" + b"x" * 4094 + b"\n") * (LONGEST_RECORD // 4096 + 9)),
    ):
        with pytest.raises(DecodeError, match=r"line [12] \(byte \d\): a group or a line is longer than 16 MiB; does the"):
            codec.decode(raw, ENVELOPE)


def test_an_encoding_that_cannot_be_used() -> None:
    for name in ("nope", "rot13"):
        with pytest.raises(ValueError, match=name):
            made(TWO, encoding=name)


def test_decimals_keep_their_digits() -> None:
    codec: Any = made("fields: {n: {at: 1, length: 40, type: decimal, implied: 5}}")
    digits = "1234567890" * 4
    assert codec.decode(digits.encode(), ENVELOPE) == [{"n": Decimal(f"{digits}E-5")}]
    assert codec.encode({"n": Decimal(f"{digits}E-5")}) == digits.encode() + b"\n"
