"""Signs of numbers: before, behind, and punched over the last digit, in ASCII and in each EBCDIC."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.errors import DecodeError, EncodeError
from tests.contracts.codec import ENVELOPE
from tests.transforms.codecs.fixed.layouts import made

ENCODINGS = ["utf-8", "cp1252", "cp037", "cp500", "cp1140", "cp273"]


def codec(sign: str | None, type_: str = "decimal", encoding: str = "utf-8") -> Any:
    options = f", sign: {sign}" if sign else ""
    implied = ", implied: 2" if type_ == "decimal" else ""
    return made(f"fields: {{n: {{at: 1, length: 7, type: {type_}{implied}{options}}}, x: {{at: 8, length: 1}}}}",
                encoding=encoding)  # fmt: skip


def value(sign: str | None, text: str, type_: str = "decimal") -> Any:
    ((body),) = codec(sign, type_).decode(f"{text:7}.".encode(), ENVELOPE)
    return body["n"]


@pytest.mark.parametrize(
    ("sign", "text", "found"),
    [
        (None, "0012345", "123.45"), (None, "-012345", "-123.45"), (None, "  12345", "123.45"), (None, "+12345 ", "123.45"),
        ("leading", "-001234", "-12.34"), ("leading", "-  1234", "-12.34"), ("leading", "1234567", "12345.67"),
        ("trailing", "001234-", "-12.34"), ("trailing", "001234+", "12.34"), ("trailing", "001234 ", "12.34"),
        ("overpunch", "001234{", "123.40"), ("overpunch", "001234A", "123.41"), ("overpunch", "001234I", "123.49"),
        ("overpunch", "001234}", "-123.40"), ("overpunch", "001234J", "-123.41"), ("overpunch", "001234R", "-123.49"),
        ("overpunch", "0012345", "123.45"), ("overpunch", "     R ", "-0.09"), ("overpunch", "000000}", "0.00"),
    ],
)  # fmt: skip
def test_a_number_with_its_sign(sign: str | None, text: str, found: str) -> None:
    assert str(value(sign, text)) == found
    if sign == "overpunch":
        assert value(sign, text, "int") == int(Decimal(found) * 100)


@pytest.mark.parametrize("sign", [None, "leading", "trailing", "overpunch"])
def test_blanks_are_null(sign: str | None) -> None:
    assert value(sign, "") is None
    assert codec(sign).encode({"n": None, "x": "."}) == b"       .\n"


@pytest.mark.parametrize(
    ("sign", "text", "what"),
    [
        (None, "001234-", "'001234-' is not a whole number"),
        (None, "00012.3", "'00012.3' is not a whole number: its 2 decimals are implied, without a point"),
        ("leading", "001234-", "'001234-' is not a whole number with its sign before it"),
        ("trailing", "-001234", "'-001234' is not a whole number with its sign behind it"),
        ("overpunch", "001234S", "'001234S' is not a whole number whose last digit may hold its sign ({ to I for plus,"),
        ("overpunch", "00J2345", "'00J2345' is not a whole number"), ("leading", "-      ", "'-' is not a whole number"),
        (None, "00\u0661234", "is not a whole number"),
    ],
)  # fmt: skip
def test_what_is_no_number(sign: str | None, text: str, what: str) -> None:
    with pytest.raises(DecodeError) as found:
        value(sign, text)
    assert what in found.value.reason


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("sign", ["leading", "trailing", "overpunch"])
@settings(deadline=None)
@given(number=st.integers(-999_999, 999_999))
def test_what_is_written_is_read_in_every_encoding(encoding: str, sign: str, number: int) -> None:
    one = codec(sign, encoding=encoding)
    body = {"n": Decimal(number).scaleb(-2), "x": "."}
    assert one.decode(one.encode(body), ENVELOPE) == [body]


@pytest.mark.parametrize("encoding", ["cp037", "cp273", "cp500"])
def test_zoned_decimals_are_bytes_whatever_they_look_like(encoding: str) -> None:
    one = codec("overpunch", encoding=encoding)
    for nibble, sign in ((0xA0, 1), (0xB0, -1), (0xC0, 1), (0xD0, -1), (0xE0, 1), (0xF0, 1)):
        raw = bytes([0xF0] * 6 + [nibble | 5]) + b"\x4b\x15"
        assert one.decode(raw, ENVELOPE)[0]["n"] == Decimal(5 * sign).scaleb(-2)
    assert one.encode({"n": Decimal("-0.10"), "x": "."}) == bytes([0xF0] * 5 + [0xF1, 0xD0]) + b"\x4b\x15"


def test_a_number_that_has_no_room_is_not_written() -> None:
    for sign, number in ((None, 100_000), (None, -10_000), ("leading", 10_000), ("overpunch", 100_000)):
        with pytest.raises(EncodeError, match="field n: "):
            codec(sign).encode({"n": number, "x": ""})
    with pytest.raises(EncodeError, match=r"1.005 has more than 2 decimals"):
        codec(None).encode({"n": Decimal("1.005"), "x": ""})
