"""What no expression can say of a delivery note: whether its numbers are numbers of articles, and what kind they are."""

from __future__ import annotations

from typing import Any

PREFIXES = (
    (20, 29, "in store"), (40, 49, "in store"), (200, 299, "in store"), (977, 977, "periodical"), (978, 979, "book"),
    (980, 980, "refund"), (981, 984, "coupon"), (990, 999, "coupon"),
)
"""GS1 prefixes of what is no plain article: from, to (in the first three digits of a GTIN-13), and what it is (GS1 General
Specifications, synopsis of GS1 prefixes). In store: weighed, priced or packed there; such a number means nothing elsewhere."""


def checked(message: Any) -> Any:
    """Each line gets its GTIN in 14 digits and the `kind` of its article; the note must be whole."""
    lines, trailer = message.body["line"], message.body["trailer"]
    if trailer["lines"] != len(lines):
        raise ValueError(f"the trailer counts {trailer['lines']} lines, the note has {len(lines)}")
    total = sum(line["quantity"] * line["price"] for line in lines)
    if trailer["total"] != total:
        raise ValueError(f"the trailer says {trailer['total']}, the lines make {total}")
    for number, line in enumerate(lines, 1):
        try:
            line["gtin"] = gtin(line["gtin"])
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        line["kind"] = kind(line["gtin"])
    return message


def gtin(written: str) -> str:
    """A GTIN-8, -12, -13 or -14 as 14 digits. Raises ValueError where it is none."""
    if not (written.isascii() and written.isdigit() and len(written) in (8, 12, 13, 14)):
        raise ValueError(f"'{written}' is no GTIN: 8, 12, 13 or 14 digits")
    digits = written.zfill(14)
    if (right := check_digit(digits[:-1])) != digits[-1]:
        raise ValueError(f"'{written}' is no GTIN: its check digit is {digits[-1]}, and should be {right}")
    return digits


def check_digit(digits: str) -> str:
    """The last digit of a GTIN-14, from the 13 before it: they count three times and once, in turn."""
    return str(-sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits)) % 10)


def kind(digits: str) -> str:
    """What a GTIN-14 stands for. A GTIN-8 has prefixes of its own: those with 0 and 2 are for use in a store."""
    if digits.startswith("000000"):
        return "in store" if digits[6] in "02" else "article"
    prefix = int(digits[1:4])
    return next((what for first, last, what in PREFIXES if first <= prefix <= last), "article")
