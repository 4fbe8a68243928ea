"""Typed cells of CSV and fixed-width records: text to value and back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from transforms.codecs.places import excerpt, kind
from transforms.moments import moment

KEPT = 20_000
"""Values that a column remembers: prices, quantities and dates repeat."""

WHOLE = re.compile(r"[+-]?[0-9]+")
TRUTH = {"true": True, "1": True, "yes": True, "y": True, "false": False, "0": False, "no": False, "n": False}
DIGITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}

Read = Callable[[str], Any]


class CellError(ValueError):
    """A cell is not what its column says; the text says what was expected."""


class Remembered(dict[str, Any]):
    """`cells[text]` is the value; what was read once is not read again. Bounded."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        value = self.read(text)
        if len(self) >= KEPT:
            self.clear()
        self[text] = value
        return value


def whole(text: str) -> int | None:
    if WHOLE.fullmatch(text):
        return int(text)
    if text == "":
        return None
    raise CellError(f"{excerpt(text)} is not a whole number")


def decimal_reader(mark: str) -> Read:
    number = re.compile(rf"[+-]?(?:[0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+)")

    def read(text: str) -> Decimal | None:
        if number.fullmatch(text):
            return Decimal(text.replace(mark, ".") if mark != "." else text)
        if text == "":
            return None
        raise CellError(f"{excerpt(text)} is not a number with '{mark}' as its decimal mark")

    return read


def truth(text: str) -> bool | None:
    if text == "":
        return None
    try:
        return TRUTH[text.lower()]
    except KeyError:
        raise CellError(f"{excerpt(text)} is not true or false (true, false, yes, no, y, n, 1, 0)") from None


def date_reader(format: str | None, with_time: bool) -> Read:
    """By strptime's codes, quicker where all parts have fixed widths; ISO without a format. Also takes the ISO text
    that an operator's edit holds."""
    quick = fixed_reader(format, with_time) if format else None
    kind = "date and time" if with_time else "date"

    def read(text: str) -> Any:
        if text == "":
            return None
        if quick is not None:
            found = quick(text)
            if found is not None:
                return found
        try:
            if format is None:
                return dt.datetime.fromisoformat(text) if with_time else dt.date.fromisoformat(text)
            value = moment(text, format)
            return value if with_time else value.date()
        except ValueError:
            wanted = f"of the form {format}" if format else "as ISO 8601 writes it"
            raise CellError(f"{excerpt(text)} is not a {kind} {wanted}") from None

    return read


def fixed_reader(format: str, with_time: bool) -> Callable[[str], Any] | None:
    """Reads `%d.%m.%Y %H:%M:%S` and the like by slices; None (of the reader) where the text is not of that shape."""
    places: dict[str, slice] = {}
    pattern, at = "", 0
    for part in re.findall(r"%.|[^%]", format):
        if part in DIGITS and part not in places:
            places[part] = slice(at, at + DIGITS[part])
            pattern += f"[0-9]{{{DIGITS[part]}}}"
            at += DIGITS[part]
        elif len(part) == 1 and not part.isspace():
            pattern += re.escape(part)
            at += 1
        elif part == " ":
            pattern += " "
            at += 1
        else:
            return None
    if not {"%Y", "%m", "%d"} <= set(places):
        return None
    shape = re.compile(pattern).fullmatch
    codes = ("%Y", "%m", "%d", "%H", "%M", "%S") if with_time else ("%Y", "%m", "%d")
    cuts = [places[code] for code in codes if code in places]

    def read(text: str) -> Any:
        if shape(text) is None:
            return None
        try:
            numbers = [int(text[cut]) for cut in cuts]
            return dt.datetime(*numbers) if with_time else dt.date(*numbers)  # type: ignore[arg-type]
        except ValueError:
            return None

    if with_time and any(code in places for code in ("%M", "%S")) and "%H" not in places:
        return None
    if "%S" in places and "%M" not in places:
        return None
    return read


def iso_or(read: Read, with_time: bool) -> Read:
    """For cells that an operator edited: ISO texts are taken beside the column's own form."""

    def either(text: str) -> Any:
        try:
            return read(text)
        except CellError:
            try:
                return dt.datetime.fromisoformat(text) if with_time else dt.date.fromisoformat(text)
            except ValueError:
                pass
            raise

    return either


def reader(type_: Any, decimal: str = ".") -> Read | None:
    """How cells of a type are read; None for text, which stays as it is. Raises ValueError for an unknown type."""
    if isinstance(type_, Mapping):
        ((name, format),) = type_.items()
        return date_reader(str(format), name == "datetime")
    simple: dict[str, Read | None] = {
        "text": None, "int": whole, "decimal": decimal_reader(decimal), "bool": truth,
        "date": date_reader(None, False), "datetime": date_reader(None, True),
    }  # fmt: skip
    if type_ not in simple:
        raise ValueError(f"unknown type {excerpt(type_)}; there are text, int, decimal, bool, date and datetime")
    return simple[type_]


def edited_reader(type_: Any, decimal: str = ".") -> Read | None:
    """The same for what an operator typed: decimal points and ISO dates are taken as well."""
    read = reader(type_, decimal)
    name = next(iter(type_)) if isinstance(type_, Mapping) else type_
    if name in ("date", "datetime") and read is not None:
        return iso_or(read, name == "datetime")
    if name == "decimal" and decimal != ".":
        return either_mark(decimal)
    return read


def either_mark(decimal: str) -> Read:
    own, point = decimal_reader(decimal), decimal_reader(".")

    def read(text: str) -> Any:
        try:
            return own(text)
        except CellError:
            if WHOLE.match(text) and "." in text:
                return point(text)
            raise

    return read


def writer(type_: Any, decimal: str = ".") -> Callable[[Any], str]:
    """How a value becomes a cell; raises CellError for what has none."""
    format = next(iter(type_.values())) if isinstance(type_, Mapping) else None

    def write(value: Any) -> str:
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if value is True or value is False:
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return f"{value:f}".replace(".", decimal)
        if isinstance(value, int):
            return str(value)
        if isinstance(value, (dt.date, dt.time)):
            return value.strftime(format) if format else value.isoformat()
        raise CellError(f"a cell cannot hold {kind(value)}")

    return write
