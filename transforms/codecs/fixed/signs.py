"""Signs of numbers in fixed columns: before, behind, or punched over the last digit (zoned decimal)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.codecs.charset import ebcdic

PLUS, MINUS = "{ABCDEFGHI", "}JKLMNOPQR"
"""The last digit, 0 to 9, with its sign, as EBCDIC's C and D nibbles show in ASCII."""
NIBBLES = ((0xA0, False), (0xB0, True), (0xE0, False), (0xC0, False), (0xD0, True))
"""Signs of zoned decimals (IBM z/Architecture, Principles of Operation): C and D are written, A, B and E are read too."""


@dataclass(frozen=True, slots=True)
class Punches:
    """`read[character]` is its digit and whether it is negative; `plus` and `minus` are what is written."""

    read: Mapping[str, tuple[str, bool]]
    plus: str
    minus: str


def punches(encoding: str) -> Punches:
    """The overpunched digits of an encoding: in EBCDIC they are bytes, which show as other characters in each country's
    code page."""
    found = {mark: (str(n), marks is MINUS) for marks in (PLUS, MINUS) for n, mark in enumerate(marks)}
    plus, minus = PLUS, MINUS
    if ebcdic(encoding):
        for nibble, negative in NIBBLES:
            for n, mark in enumerate(_digits(nibble, encoding)):
                found[mark] = (str(n), negative)
        plus, minus = _digits(0xC0, encoding), _digits(0xD0, encoding)
    found.update({str(n): (str(n), False) for n in range(10)})
    return Punches(found, plus, minus)


def _digits(nibble: int, encoding: str) -> str:
    return bytes(range(nibble, nibble + 10)).decode(encoding)


def taken(text: str, sign: str | None, marks: Punches) -> tuple[str, bool] | None:
    """The digits of a number without its sign, and whether it is negative; None where the sign is none."""
    if sign == "overpunch":
        found = marks.read.get(text[-1])
        return (text[:-1] + found[0], found[1]) if found else None
    at = len(text) - 1 if sign == "trailing" else 0
    if text[at] not in "+-":
        return text, False
    return (text[:at] + text[at + 1 :]).strip(), text[at] == "-"


def signed(digits: str, negative: bool, sign: str | None, length: int, marks: Punches) -> str:
    """The digits in their columns, with zeros before them; longer than `length` where there is no room."""
    if sign == "overpunch":
        whole = digits.rjust(length, "0")
        return whole[:-1] + (marks.minus if negative else marks.plus)[int(whole[-1])]
    if sign is None:
        return "-" + digits.rjust(length - 1, "0") if negative else digits.rjust(length, "0")
    mark, whole = "-" if negative else "+", digits.rjust(length - 1, "0")
    return whole + mark if sign == "trailing" else mark + whole
