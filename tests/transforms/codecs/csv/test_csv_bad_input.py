"""Rubbish in CSV: one clear answer each, the rest goes on, memory bounded."""

from __future__ import annotations

import io
from typing import Any

import pytest

from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.memory import measured
from transforms.codecs import CODECS


def made(**options: Any) -> Any:
    return CODECS["csv"](options, None)  # type: ignore[arg-type]


def read(raw: bytes, size: int = 262_144, **options: Any) -> list[Any]:
    codec, stream = made(**options), io.BytesIO(raw)
    found = [pair for cut in codec.cut(stream, None, size) for pair in codec.records(stream, cut)]
    assert [n for n, _ in found] == list(range(1, len(found) + 1))
    return [(body.error.reason, body.cells) if isinstance(body, Bad) else body for _, body in found]


def test_a_field_too_many_has_to_be_dealt_with_in_an_edit() -> None:
    _, (_, cells) = read(b"sku,text,qty\nA,ok,1\nB,one, two,2\n")
    assert cells == {"sku": "B", "text": "one", "qty": " two", "too-many-4": "2"}
    codec = made()
    with pytest.raises(DecodeError, match="set 'too-many-4' to null"):
        codec.record_from_cells({**cells, "sku": "C"})
    mended = {**cells, "text": "one, two", "qty": "2", "too-many-4": None}
    assert codec.record_from_cells(mended) == {"sku": "B", "text": "one, two", "qty": "2"}


TYPES = {"n": "int", "d": {"date": "%d.%m.%Y"}, "x": "decimal", "b": "bool"}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("1", "line 3: too few fields: 1, the header has 5; is a delimiter missing, or a quote?"),
        ("1;;;;;6", "line 3: too many fields: 6, the header has 5; is a delimiter missing, or a quote?"),
        ("1.0;;;;", "line 3, column n: '1.0' is not a whole number"),
        ("one;;;;", "line 3, column n: 'one' is not a whole number"),
        (";31.02.2026;;;", "line 3, column d: '31.02.2026' is not a date of the form %d.%m.%Y"),
        (";2026/02/01;;;", "line 3, column d: '2026/02/01' is not a date of the form %d.%m.%Y"),
        (";;1.234,50;;", "line 3, column x: '1.234,50' is not a number with ',' as its decimal mark"),
        (";;1 234,50;;", "line 3, column x: '1 234,50' is not a number with ',' as its decimal mark"),
        (";;;maybe;", "line 3, column b: 'maybe' is not true or false (true, false, yes, no, y, n, 1, 0)"),
        (";;;;a\0b", "line 3, column t (byte 21): a NUL byte in 'a\\x00b'"),
        (";;;;a\x1ab", "line 3, column t (byte 21): a 0x1A byte, the end of a file of DOS, in 'a\\x1ab'"),
        (";;;;a\udce4", "line 3, column t (byte 21): e4 is not utf-8; set `encoding` to what the sender writes"),
        ('"\n";;;;\udce4', "line 4, column t (byte 23): e4 is not utf-8; set `encoding` to what the sender writes"),
        ("n;d;x;b;t", "line 3: the header stands here a second time; were files joined? Discard this record"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 262_144])
def test_a_row(row: str, what: str, size: int) -> None:
    raw = f"n;d;x;b;t\n1;;;;\n{row}\n2;;;;\n".encode(errors="surrogateescape")
    first, bad, last = read(raw, size, delimiter=";", decimal=",", columns=TYPES)
    assert (first["n"], last["n"]) == (1, 2)
    assert bad[0] == what
    assert bad[1]["n"] == row.split(";")[0].strip('"')


@pytest.mark.parametrize(
    ("raw", "options", "what"),
    [
        (b"1,2\n3,4\n", {"columns": {"sku": "int"}}, "line 1: the header lacks column 'sku'; it has '1', '2'. Is the"
         " delimiter ',' right, and is there a header?"),
        (b"SKU,x\n", {"columns": {"sku": "int"}}, "line 1: the header lacks column 'sku'; it has 'SKU', 'x'. Is 'SKU' meant?"),
        (b"a,b,a\n", {}, "line 1: the header names column 'a' twice"),
        (b"x\na,,b\n", {"skip": 1}, "line 2: column 2 of the header has no name; write one, or skip this line"),
        (b"a\0,b\n1,2\n", {}, "line 1, header: a NUL byte stands in 'a\\x00'; is this a text file?"),
        (b"a,\xe4\n1,2\n", {}, "line 1, header: e4 is not utf-8; set `encoding` to what the sender writes"),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, "line 1, header: 89 is not utf-8; set `encoding` to what the sender writes"),
        (b'"a,b\n' + b"1,2\n" * 300_000, {}, "line 1: the header has no end within 1 MiB; is a quote left open, or are"
         " the line ends others than CRLF, LF or CR?"),
        ("a\n1\n".encode("utf-16"), {}, "byte 0: begins with the byte order mark of utf-16-le, but the format declares utf-8;"
         " set `encoding: utf-16-le`"),
        (b"\xef\xbb\xbfa\n", {"encoding": "cp1252"}, "byte 0: begins with the byte order mark of utf-8, but the format"
         " declares cp1252; set `encoding: utf-8`"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_at_all(raw: bytes, options: dict[str, Any], what: str) -> None:
    for reading in (lambda: read(raw, **options), lambda: made(**options).decode(raw, ENVELOPE)):
        with pytest.raises(DecodeError) as found:
            reading()
        assert found.value.reason == what


@pytest.mark.parametrize(
    ("raw", "options", "bodies"),
    [
        (b"", {}, []), (b"\n\r\n\n", {}, []), (b"\x1a", {}, []), (b"a,b", {}, []), (b"a,b\n\x1a\x1a", {}, []),
        (b"a\r1\r2\r", {}, [{"a": "1"}, {"a": "2"}]), (b"a\r\n1\n2\r3", {}, [{"a": "1"}, {"a": "2"}, {"a": "3"}]),
        (b"a,b\n1,2\x1a", {}, [{"a": "1", "b": "2"}]), (b"a,b\n1,2\n\x1a", {}, [{"a": "1", "b": "2"}]),
        (b"a,b,\n1,2,\n", {}, [{"a": "1", "b": "2", "": ""}]), (b"a\na\n", {}, [{"a": "a"}]),
        ("a\n1\x1a".encode("utf-16"), {"encoding": "utf-16"}, [{"a": "1"}]), (b"x", {"skip": 9}, []),
        (b"a,b\na,b\n", {"header": False, "columns": ["a", "b"]}, [{"a": "a", "b": "b"}] * 2),
        ("a\u00a61\n".encode("cp1252"), {"header": False, "columns": ["x", "y"], "delimiter": "\u00a6", "encoding": "cp1252"},
         [{"x": "a", "y": "1"}]),
        (b"a'b\n'1''2'\n", {"quote": "'"}, [{"a'b": "1'2"}]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 262_144])
def test_what_is_no_mistake(raw: bytes, options: dict[str, Any], bodies: list[Any], size: int) -> None:
    assert read(raw, size, **options) == bodies


def test_bytes_of_utf_16_that_are_no_characters() -> None:
    raw = "a,b\n1,2\n".encode("utf-16-le")
    for size in (1, 262_144):
        good, lone, last, half = read(
            raw + b"\x00\xd8,\x003\x00\n\x00" + raw[8:] + b"5\x00,\x006", size, encoding="utf-16-le"
        )
        assert good == last == {"a": "1", "b": "2"}
        assert lone[0] == "line 3, column a (byte 16): 00 d8 is not utf-16-le; set `encoding` to what the sender writes"
        assert half[0] == "line 5, column b (byte 36): the end is not utf-16-le; set `encoding` to what the sender writes"


def test_a_quote_that_is_never_closed_is_told_by_its_own_line() -> None:
    first, bad = read(b'a,b\n1,"2"\n"3\n4","5,6\n7,8\n')
    assert first == {"a": "1", "b": "2"}
    assert bad == (
        "line 4: a quote is opened and never closed; close it, or double it where it belongs to the text",
        {"a": "3\n4", "b": "5,6\n7,8\n"},
    )


@pytest.mark.parametrize(
    ("head", "piece", "what"),
    [
        (b'a,b\n1,2\n"x\ny","3,4\n', b"5,6\n", "line 4: the quote that is opened here is not closed within 16 MiB; close it, or"
         " double it where it belongs to the text"),
        (b"a,b\n1,2\n", b"x", "line 3 (byte 8): a record is longer than 16 MiB; are the line ends others than CRLF, LF or"
         " CR?"),
    ],
    ids=["quote", "line"],
)  # fmt: skip
def test_100_megabytes_without_an_end(head: bytes, piece: bytes, what: str) -> None:
    code = f"""
    stream = Long({head!r}, {piece!r}, 100_000_000 // len({piece!r}))
    found = []
    try:
        for cut in made("csv").cut(stream):
            found.append(cut.records)
    except DecodeError as error:
        answer = [found, error.reason]
    """
    answer, mib = measured(code)
    assert answer == [[1], what]
    assert mib < 250


def test_a_wrong_encoding_in_row_900000_is_one_bad_record() -> None:
    code = """
    stream = Long(b"sku,qty\\n", b"4006381333931,7\\n", 899_999, b"M\\xfcsli,1\\n" + b"4006381333931,7\\n" * 100_000)
    codec = made("csv", columns={"qty": "int"})
    count, bad = 0, []
    for cut in codec.cut(stream):
        for number, body in codec.records(stream, cut):
            count += body == {"sku": "4006381333931", "qty": 7}
            if isinstance(body, Bad):
                bad.append([number, body.error.reason, body.cells])
    answer = [count, bad]
    """
    answer, mib = measured(code)
    assert answer == [999_999, [[
        900_000, "line 900001, column sku (byte 14399993): fc is not utf-8; set `encoding` to what the sender writes",
        {"sku": "M?sli", "qty": "1"},
    ]]]  # fmt: skip
    assert mib < 40
