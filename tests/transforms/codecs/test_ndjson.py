"""Lines of JSON: what is read, what is refused and where, in chunks of any size."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import DecodeError
from router.message import Envelope
from router.ports import Bad, Codec, Cut
from tests.contracts.codec import ENVELOPE, JoinContract, RecordContract
from transforms.codecs.ndjson import LONGEST_RECORD, NdjsonCodec

MARK = b"\xef\xbb\xbf"
LINES = MARK + (
    b'{"a": 1}\r\n\r\n{"a": 1.10, "b": "\xc3\xbc"}\n \t\n{"a": 1,}\n[1, "x"]\n"text"\r\nnull\n{"a": 1, "a": 2}\n'
    b'{"a": "\xff"}\n\n7'
)
DEEP = b"[" * 201 + b"]" * 201

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6,
)  # fmt: skip


def read(raw: bytes, size: int = 262_144) -> list[tuple[int, Any]]:
    codec, stream = NdjsonCodec(), io.BytesIO(raw)
    return [pair for cut in codec.cut(stream, None, size) for pair in codec.records(stream, cut)]


def shown(body: Any) -> Any:
    return (body.error.reason, body.cells, body.raw) if isinstance(body, Bad) else body


def reason(raw: bytes) -> str:
    """Of the only record, which is bad."""
    ((_, body),) = read(raw)
    assert isinstance(body, Bad)
    assert (body.error.stage, body.error.error) == ("decode", "undecodable")
    return body.error.reason


class TestNdjson(JoinContract, RecordContract):
    bodies = ({"a": 1}, {"a": Decimal("1.10"), "b": "x\ny\u2028"}, [1, 2], "text", None, 7)
    stream = LINES
    count = 9
    refused = (
        b'{"a": 1}\n{', b'{"a": 1, "a": 2}\n', b"NaN", b"1\nInfinity\n", b"[1] x", b'"\xff"', b'"\\ud800"', DEEP,
        b"1\r2\n", b"1 2\n", "1\n".encode("utf-16"), b"1\n" + MARK + b"2\n", b"\x0c\n",
    )  # fmt: skip
    unwritable = ({"a": Decimal("NaN")},)

    def codec(self) -> Codec:
        return NdjsonCodec()

    def same(self, found: Any, body: Any) -> bool:
        return bool(found == (body if isinstance(body, list) else [body]))


def test_one_line_each() -> None:
    assert NdjsonCodec().join([{"a": 1}, {"a": "\n"}], True) == b'{"a":1}\n{"a":"\\n"}\n'


def test_lines_and_their_mistakes() -> None:
    found = dict(read(LINES))
    assert [found[n] for n in (1, 2, 4, 5, 6, 9)] == [
        {"a": 1}, {"a": Decimal("1.10"), "b": "ü"}, [1, "x"], "text", None, 7,
    ]  # fmt: skip
    at = LINES.index(b'{"a": 1,}')
    assert shown(found[3]) == (
        f"line 5, column 9 (byte {at + 8}): '}}' stands after a comma; a value is expected", '{"a": 1,}', b'{"a": 1,}'
    )  # fmt: skip
    twice = LINES.index(b'"a": 2')
    assert found[7].error.reason == (
        f"line 9, column 10 (byte {twice}): the key 'a' stands twice in one object, first at line 9, column 2;"
        " which one is meant cannot be known"
    )
    assert found[8].error.reason == (
        f"line 10, column 8 (byte {LINES.index(0xFF)}): the byte ff is not UTF-8; JSON is always UTF-8"
    )
    assert found[8].cells == '{"a": "\ufffd"}'


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"NaN\n", "line 1, column 1 (byte 0): NaN is not a number in JSON"),
        (b"\n\n[-Infinity]", "line 3, column 2 (byte 3): -Infinity is not a number in JSON"),
        (MARK + b"\r\n" + DEEP + b"\r\n", "line 2, column 201 (byte 205): nested deeper than 200 levels"),
        (b'\n"\\ud800"', "line 2, column 1 (byte 1): a text holds the lone surrogate U+D800, which is half a character"),
        (b'\n"\xed\xa0\x80"', "line 2, column 2 (byte 2): the byte ed is not UTF-8; JSON is always UTF-8"),
        (b"\n[1] x\n", "line 2, column 5 (byte 5): 'x' stands after the end of the value; a line is one JSON value"),
        (b"1\r2\n", "line 1, column 3 (byte 2): '2' stands after the end of the value; a line is one JSON value"),
        (b"\n{\n", "line 2, column 2 (byte 2): the end of the text stands where a key in double quotes is expected"),
    ],
)
def test_what_is_refused_says_why_and_where(raw: bytes, what: str) -> None:
    assert reason(raw) == what
    with pytest.raises(DecodeError) as found:
        NdjsonCodec().decode(raw, ENVELOPE)
    assert found.value.reason == what


@pytest.mark.parametrize(
    ("raw", "bodies"),
    [
        (b"", []), (MARK, []), (b"\n", []), (b" \r\n\n\t", []), (b"1", [1]), (b"1\n2", [1, 2]), (b"1\r\n\r\n2\r\n", [1, 2]),
        (MARK + b"1\n", [1]), (b"\r[1,\r2]\r\n", [[1, 2]]), ('"\u2028\x85"\n'.encode(), ["\u2028\x85"]),
    ],
)  # fmt: skip
def test_a_file(raw: bytes, bodies: list[Any]) -> None:
    assert NdjsonCodec().decode(raw, ENVELOPE) == bodies
    assert [body for _, body in read(raw)] == bodies


def test_another_encoding_is_said_once_for_the_whole_file() -> None:
    with pytest.raises(DecodeError, match="byte order mark is that of UTF-16"):
        read('{"a": 1}\n{"a": 2}\n'.encode("utf-16"))


def test_chunks_end_at_lines_and_count_the_blank_ones() -> None:
    assert list(NdjsonCodec().cut(io.BytesIO(MARK + b"11\n\n22\n333333333\n4\n"), None, 6)) == [
        Cut(0, 3, 4, 1, 1, 1), Cut(1, 7, 3, 2, 1, 3), Cut(2, 10, 10, 3, 1, 4), Cut(3, 20, 2, 4, 1, 5),
    ]  # fmt: skip


class Watched(io.BytesIO):
    """Remembers the most that was read at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.most = max(self.most, len(found))
        return found


def test_a_large_stream_is_read_in_small_chunks_whatever_stands_in_it() -> None:
    line = b'{"sku": "A-1", "qty": 1}\n'
    raw = line * 60_000 + b'"' + b"x" * 3_000_000 + b'"\n' + line * 60_000
    stream = Watched(raw)
    cuts = list(NdjsonCodec().cut(stream))
    assert stream.most <= 262_144
    assert sorted(cut.length for cut in cuts)[-2:] == [262_144 // len(line) * len(line), 3_000_003]
    assert sum(cut.records for cut in cuts) == 120_001


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_record_of_16_mib_is_the_longest(ending: bytes) -> None:
    longest = b'"' + b"x" * (LONGEST_RECORD - 2) + b'"'
    stream = io.BytesIO(b"1\n\n" + longest + ending)
    assert [cut.records for cut in NdjsonCodec().cut(stream)] == [1, 1]
    stream = io.BytesIO(b"1\n\n " + longest + ending)
    with pytest.raises(DecodeError, match=r"line 3 \(byte 3\): a record is longer than 16 MiB"):
        list(NdjsonCodec().cut(stream))


def test_a_line_is_edited_as_text_or_as_value() -> None:
    codec = NdjsonCodec()
    ((_, bad),) = read(b'{"qty": 1,}\n')
    assert codec.record_from_cells(bad.cells.replace(",", "")) == {"qty": 1}
    assert codec.record_from_cells({"qty": Decimal("1.10")}) == {"qty": Decimal("1.10")}
    for text in (bad.cells, "", '{"a": 1, "a": 2}', "\ud800"):
        with pytest.raises(DecodeError, match="the edited line is not JSON"):
            codec.record_from_cells(text)


@given(st.lists(values, max_size=12), st.integers(1, 80))
def test_what_is_joined_is_cut_and_read_as_it_was(bodies: list[Any], size: int) -> None:
    raw = NdjsonCodec().join(bodies, True)
    assert [body for _, body in read(raw, size)] == bodies
    assert [n for n, _ in read(raw, size)] == list(range(1, len(bodies) + 1))
    envelope: Envelope = ENVELOPE
    assert NdjsonCodec().decode(raw, envelope) == bodies


@given(st.lists(st.sampled_from([b"1", b"{", b" ", b"", b"\r", b'"\xc3\xbc"', b"\xff", b"[2, ]", MARK, b"null"])),
       st.sampled_from([b"\n", b"\r\n"]), st.integers(1, 30))  # fmt: skip
def test_any_lines_are_read_alike_in_chunks_of_any_size(lines: list[bytes], ending: bytes, size: int) -> None:
    raw = ending.join(lines)
    assert [(n, shown(body)) for n, body in read(raw, size)] == [(n, shown(body)) for n, body in read(raw)]
