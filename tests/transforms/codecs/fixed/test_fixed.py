"""Lines of fixed columns: single ones and groups, what is refused and where, in chunks of any size."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.errors import DecodeError, EncodeError
from router.ports import Bad, Codec
from tests.contracts.codec import ENVELOPE, JoinContract, RecordContract
from tests.transforms.codecs.fixed.layouts import PRICES, SALES, made, only_bad, read

HEADER, LINE, TRAILER = "H1004220260301\n", "D14006381333931   1200000399-\n", "T1000001\n"
GROUP = HEADER + LINE + TRAILER
BODY = {
    "header": {"store": "0042", "date": dt.date(2026, 3, 1)},
    "line": [{"sku": "4006381333931", "qty": 12, "price": Decimal("-3.99")}],
    "trailer": {"count": 1},
}
FLAT = SALES.partition("group:")[0]
FILES = FLAT + "  F1: {name: file, fields: {day: {at: 3, length: 8}}}\ngroup: {start: H1, members: [D1]}\n"
SALES_FILE = (
    GROUP + HEADER + LINE + LINE.replace("12", "1x") + TRAILER + "\n" + LINE + TRAILER + HEADER + LINE + GROUP
    + "ZZ what is this\n" + HEADER + "ZZ\n" + TRAILER + GROUP.rstrip() + "\x1a"
).encode()  # fmt: skip


class TestFixed(JoinContract, RecordContract):
    bodies = (BODY, {**BODY, "line": []}, {**BODY, "line": BODY["line"] * 3})
    stream = SALES_FILE
    count = 8
    refused = (b"ZZ\n", LINE.encode(), HEADER.encode(), b"H1\xff0042\nT1000001\n", GROUP.replace("2026", "2O26").encode())
    unwritable = (
        7, {"header": BODY["header"]}, {**BODY, "line": 1}, {**BODY, "line": [{"sku": "A"}]},
        {**BODY, "trailer": {"count": 1_000_000}}, {**BODY, "header": {"store": "00042", "date": None}},
    )  # fmt: skip

    def codec(self) -> Codec:
        codec: Codec = made(SALES)
        return codec

    def same(self, found: Any, body: Any) -> bool:
        return bool(found == [body])


def test_groups_and_what_does_not_belong() -> None:
    found = read(made(SALES), SALES_FILE)
    assert [n for n, body in enumerate(found) if body == BODY] == [0, 4, 7]
    reasons = {n: body.error.reason for n, body in enumerate(found) if isinstance(body, Bad)}
    assert reasons == {
        1: "line 6, column 16, field qty: '1x' is not a whole number",
        2: "line 9: a line of type D1 stands outside of a group: no H1 precedes it; add the H1 that was lost, or ask the"
           " sender for the whole group",
        3: "line 11: the group that begins here has no T1 at its end: it is not whole; add the lines that were lost, or ask"
           " the sender for the file again",
        5: "line 16, column 1: 'ZZ' is no type of line, there are H1, D1, T1; correct the line, or add the type to"
           " transforms/layouts/sales.yaml",
        6: "line 18, column 1: 'ZZ' is no type of line, there are H1, D1, T1; correct the line, or add the type to"
           " transforms/layouts/sales.yaml",
    }  # fmt: skip


def test_every_mistake_of_a_group_is_told() -> None:
    bad = only_bad(made(SALES), (HEADER.replace("0301", "0230") + LINE.replace("12", "x2") + TRAILER).encode())
    assert bad.error.reason.endswith("; and 1 more in the same record")
    assert [one.path for one in bad.error.details] == ["header.date", "line[0].qty"]
    assert "line 2, column 16, field qty: 'x2'" in bad.error.details[1].message


def test_the_cells_of_a_broken_group_are_edited_and_read_again() -> None:
    codec = made(SALES)
    bad = only_bad(codec, (LINE.replace("12", "1x") + TRAILER).encode())
    cells = bad.cells
    assert cells == {"line": [{"sku": "4006381333931", "qty": "1x", "price": "00000399-"}], "trailer": {"count": "000001"}}
    with pytest.raises(DecodeError, match=r"field header: it is missing.*field line\[0\].qty: '1x' is not a whole number"):
        codec.record_from_cells(cells)
    cells["line"][0]["qty"] = 12
    assert codec.record_from_cells({"header": {"store": "0042", "date": "20260301"}, **cells}) == BODY
    assert codec.record_from_cells({"header": {"store": "0042", "date": "2026-03-01"}, **cells}) == BODY
    stray = only_bad(codec, (HEADER + "ZZ 1\n" + TRAILER).encode()).cells
    assert stray["stray"] == ["ZZ 1"]
    with pytest.raises(DecodeError, match="field stray: these lines have no known type"):
        codec.record_from_cells(stray)


def test_a_line_of_no_type_is_edited_as_text() -> None:
    codec = made(FLAT)
    bad = only_bad(codec, b"X1000007\n")
    assert bad.cells == "X1000007"
    assert codec.record_from_cells("T1000007") == {"type": "T1", "count": 7}
    for text in ("X1000007", "", "T1000007\nT1000008", 7, {"type": "X1"}):
        with pytest.raises(DecodeError):
            codec.record_from_cells(text)


def test_without_a_group_each_line_has_its_type() -> None:
    assert read(made(FLAT), GROUP.encode()) == [
        {"type": "H1", **BODY["header"]}, {"type": "D1", **BODY["line"][0]}, {"type": "T1", "count": 1},
    ]  # fmt: skip
    assert made(FLAT).encode({"type": "T1", "count": 7}) == TRAILER.replace("1\n", "7\n").encode()
    with pytest.raises(EncodeError, match="field type: 'X' is no type of line"):
        made(FLAT).encode({"type": "X", "count": 7})


def test_types_outside_of_the_group_are_records_by_themselves() -> None:
    raw = ("F120260301\n" + HEADER + LINE + HEADER + LINE + LINE + "F120260302\n" + LINE).encode()
    *found, last = read(made(FILES), raw)
    assert found == [
        {"type": "F1", "day": "20260301"}, {"header": BODY["header"], "line": BODY["line"]},
        {"header": BODY["header"], "line": BODY["line"] * 2}, {"type": "F1", "day": "20260302"},
    ]  # fmt: skip
    assert "no H1 precedes it" in last.error.reason
    assert made(FILES).join(found, True) == raw.removesuffix(LINE.encode()).replace(b"   12", b"00012")
    assert made(FILES).record_from_cells({"type": "F1", "day": "7"}) == {"type": "F1", "day": "7"}


@pytest.mark.parametrize(
    ("raw", "bodies"),
    [
        ("", []),
        ("\n \n\x1a", []),
        ("A1 \t     9.902026-03-01 and what no field covers\r\n", [("A1", Decimal("9.90"), dt.date(2026, 3, 1))]),
        ("A1    -9.90  \r\n\r\nB2\r\n", [("A1", Decimal("-9.90"), None), ("B2", None, None)]),
        ("A1\rB2\r", [("A1", None, None), ("B2", None, None)]),
        ("A1\nB\x1a", [("A1", None, None), ("B", None, None)]),
        ("\ufeffÄ\u00851", [("Ä\u00851", None, None)]),
    ],
)
def test_a_file(raw: str, bodies: list[tuple[Any, ...]]) -> None:
    assert [tuple(body.values()) for body in made(PRICES).decode(raw.encode(), ENVELOPE)] == bodies


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("A1    9,90   ", "column 7, field price: '9,90' is not a number"),
        ("A1    000", "column 7, field price: the line ends inside a number of 7 columns, after '000'"),
        ("A1           01.03.2026", "column 14, field from: '01.03.2026' is not a date as ISO 8601 writes it"),
        ("A\0b1         ", "column 1, field sku: a NUL stands in 'A\\x00b1'"),
        ("A\udcfc1         ", "column 1, field sku: the byte fc is not utf-8; set `encoding` to what the sender writes"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(line: str, what: str) -> None:
    raw = f"A1\n\n{line}\nB2\n".encode(errors="surrogateescape")
    first, bad, last = read(made(PRICES), raw)
    assert (first["sku"], last["sku"]) == ("A1", "B2")
    assert bad.error.reason == f"line 3, {what}"
    assert (bad.error.stage, bad.error.error) == ("decode", "invalid")
    assert bad.raw == raw.split(b"\n")[2] + b"\n"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x85\0\x1a\ufeff", exclude_categories=["Cs"]), max_size=6)
records = st.fixed_dictionaries({
    "sku": cells.map(lambda text: text.strip(" \t")).filter(str.strip),
    "price": st.none() | st.decimals("-99999", "999999", places=0),
    "from": st.none() | st.dates(dt.date(1000, 1, 1)),
})  # fmt: skip


@settings(deadline=None)
@given(st.lists(records, max_size=9), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]), st.integers(1, 90))
def test_what_is_joined_is_cut_and_read_as_it_was(bodies: list[Any], encoding: str, size: int) -> None:
    codec = made(PRICES, encoding=encoding)
    raw = codec.begin(None) + codec.join(bodies, True)
    assert read(codec, raw, size) == bodies


lines = st.sampled_from([HEADER, LINE, TRAILER, "\n", "ZZ\n", "F120260301\n", "H1\n", "D1\u00e4\n"])


@settings(deadline=None)
@given(st.lists(lines, max_size=14), st.sampled_from([SALES, FILES, FLAT]), st.sampled_from(["utf-8", "cp037", "utf-16-le"]),
       st.integers(1, 70))  # fmt: skip
def test_any_lines_are_read_alike_in_chunks_of_any_size(parts: list[str], layout: str, encoding: str, size: int) -> None:
    raw = "".join(parts).encode(encoding)
    codec = made(layout, encoding=encoding)
    assert [repr(body) for body in read(codec, raw, size)] == [repr(body) for body in read(codec, raw)]
