"""Cells in fixed columns: each type, read, edited and written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from router.errors import DecodeError, EncodeError
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.fixed.layouts import made


def codec(field: str, length: int = 10) -> Any:
    return made(f"fields: {{v: {{at: 1, length: {length}, {field}}}, x: {{at: {length + 1}, length: 1}}}}")


def value(field: str, text: str, length: int = 10) -> Any:
    (body,) = codec(field, length).decode(f"{text:{length}}.".encode(), ENVELOPE)
    return body["v"]


DAY, MOMENT = dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 10, 15)


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("type: text", "  a b ", "a b"), ("type: text", "", ""), ("type: text", "a\0\0", "a"),
        ("type: int", "0000000042", 42), ("type: int", "   -42", -42), ("type: int", "", None),
        ("type: decimal", "12.50", Decimal("12.50")), ("type: decimal", "-.5", Decimal("-0.5")),
        ("type: decimal", "1E3", None), ("type: decimal", "12,5", None), ("type: int", "1.0", None),
        ("type: decimal, implied: 3", "0000012500", Decimal("12.500")), ("type: decimal, implied: 0", "12", Decimal(12)),
        ("type: bool", "Y", True), ("type: bool", "n", False), ("type: bool", "0", False), ("type: bool", "J", None),
        ("type: date", "2026-03-01", DAY), ('type: date, format: "%d%m%y"', "010326", DAY),
        ('type: {date: "%Y%m%d"}', "20260301", DAY), ("type: date", "20263003", None),
        ('type: datetime, format: "%y%m%d%H%M"', "2603011015", MOMENT), ('type: date, format: "%Y%m%d"', "00000000", None),
    ],
)  # fmt: skip
def test_a_cell(field: str, text: str, found: Any) -> None:
    if found is None and text:
        with pytest.raises(DecodeError, match="line 1, column 1, field v: ") as error:
            value(field, text)
        assert repr(text) in error.value.reason
    else:
        assert value(field, text) == found


@pytest.mark.parametrize(
    ("field", "length", "body", "written"),
    [
        ("type: text", 4, "ab", "ab  "), ("type: text", 4, 42, "42  "), ("type: text", 4, None, "    "),
        ("type: int", 4, 42, "0042"), ("type: int", 4, "-7", "-007"), ("type: int", 4, Decimal("7.00"), "0007"),
        ("type: decimal", 6, Decimal("-1.50"), "-01.50"), ("type: decimal, implied: 2", 6, "39.80", "003980"),
        ("type: decimal, implied: 2, sign: leading", 6, 3, "+00300"), ("type: bool", 1, True, "1"),
        ("type: bool", 5, False, "false"), ('type: date, format: "%Y%m%d"', 8, MOMENT, "20260301"),
        ('type: date, format: "%Y%m%d"', 8, "2026-03-01", "20260301"), ("type: datetime", 19, MOMENT, "2026-03-01T10:15:00"),
        ('type: date, format: "%Y%m%d"', 8, "20260301", "20260301"), ("type: int", 3, "", "   "),
    ],
)  # fmt: skip
def test_a_value_is_written_in_its_columns(field: str, length: int, body: Any, written: str) -> None:
    assert codec(field, length).encode({"v": body, "x": "."}).decode() == f"{written}.\n"


@pytest.mark.parametrize(
    ("field", "body", "what"),
    [
        ("type: text", "x" * 11, "'xxxxxxxxxxx' has 11 characters, there is room for 10"),
        ("type: text", "a\nb", "holds a line end"), ("type: text", [1], r"a text is expected, not \[1\]"),
        ("type: int", "x", "a number is expected, not 'x'"), ("type: int", True, "a number is expected"),
        ("type: int", Decimal("1.5"), "1.5 has more than 0 decimals"), ("type: decimal", Decimal("NaN"), "NaN is no number"),
        ("type: decimal", Decimal("1E+999999"), "does not go into 10 columns"), ("type: bool", "maybe", "'maybe' is not true"),
        ("type: decimal", Decimal("1E-999999"), "does not go into 10 columns"), ("type: bool", 2, "true or false is expected"),
        ("type: date", "soon", "'soon' is not a date"), ("type: date", 7, "a date is expected, not 7"),
        ("type: datetime", DAY, "a date and time is expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_named(field: str, body: Any, what: str) -> None:
    with pytest.raises(EncodeError, match=what) as found:
        codec(field).encode({"v": body, "x": "."})
    assert found.value.reason.startswith("field v: ")


@pytest.mark.parametrize(
    ("field", "typed", "found"),
    [
        ("type: text", 42, "42"), ("type: text", None, ""), ("type: text", "x" * 99, "x" * 99), ("type: int", "12", 12),
        ("type: int", 12, 12), ("type: decimal, implied: 2", "0000001250", Decimal("12.50")),
        ("type: decimal, implied: 2", "12.5", Decimal("12.5")), ("type: decimal, implied: 2", 12, Decimal(12)),
        ("type: decimal, implied: 2, sign: overpunch", "125}", Decimal("-12.50")), ("type: bool", True, True),
        ("type: decimal", Decimal("1.5"), Decimal("1.5")), ('type: date, format: "%Y%m%d"', "2026-03-01", DAY),
        ('type: date, format: "%Y%m%d"', "20260301", DAY), ("type: int", None, None), ("type: bool", "yes", True),
    ],
)  # fmt: skip
def test_a_cell_that_was_edited(field: str, typed: Any, found: Any) -> None:
    assert codec(field).record_from_cells({"v": typed}) == {"v": found, "x": ""}


@pytest.mark.parametrize(("field", "typed"), [("type: int", 1.5), ("type: int", Decimal("1.5")), ("type: int", "x"),
                                              ("type: bool", 7), ("type: date", 7), ("type: text", [])])  # fmt: skip
def test_a_cell_that_was_edited_wrongly(field: str, typed: Any) -> None:
    with pytest.raises(DecodeError, match="field v: "):
        codec(field).record_from_cells({"v": typed})


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("type: int", "42", 42), ("type: int", "0", 0), ("type: decimal", "0.5", Decimal("0.5")), ("type: int", "", None),
        ("type: int, sign: trailing", "000000042", 42), ("type: text", "ab", "ab"), ("type: int", "-4", -4),
        ("type: int", "0000", ...), ("type: int", "   4", ...), ("type: int", "-004", ...),
        ("type: decimal, implied: 2", "4200", ...), ("type: int, sign: trailing", "0000042", ...),
        ("type: int, sign: overpunch", "42", ...), ("type: date", "2026-03-", ...),
    ],
)  # fmt: skip
def test_a_line_that_ends_inside_of_a_cell(field: str, text: str, found: Any) -> None:
    """A number is never misread: it is refused where digits of it may be gone."""
    one = codec(field)
    if found is ...:
        with pytest.raises(DecodeError, match="line 1, column 1, field v: "):
            one.decode(text.encode() + b"\n", ENVELOPE)
    else:
        bodies = one.decode(text.encode() + b"\n", ENVELOPE)
        assert bodies == ([{"v": found, "x": ""}] if text else [])
