"""Cells in fixed columns: text to value and back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from transforms.codecs.cells import CellError, date_reader, edited_reader, truth
from transforms.codecs.fixed.layout import Cell
from transforms.codecs.fixed.signs import Punches, signed, taken
from transforms.codecs.places import excerpt

BLANK = " \t\0"
"""What is trimmed: blanks, and the low values with which mainframes fill."""
FILLED = re.compile(r"[ \t\0]|[+-]?0[0-9]")
WHOLE, POINTED = re.compile(r"[0-9]+"), re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")

Read = Callable[[Any], Any]
Write = Callable[[Any], str]


# --- reading ---
def reader(cell: Cell, marks: Punches) -> Read | None:
    """How the columns of a cell are read, blanks and all; None for text, which is only trimmed."""
    if cell.type == "text":
        return None
    if cell.type in ("int", "decimal"):
        return _number_reader(cell, marks, cell.length)
    read = truth if cell.type == "bool" else date_reader(cell.format, cell.type == "datetime")
    return lambda text: read(text.strip(BLANK))


def _number_reader(cell: Cell, marks: Punches, length: int) -> Read:
    shape, what = (WHOLE, "whole number") if cell.type == "int" or cell.implied else (POINTED, "number")
    make = int if cell.type == "int" else Decimal
    power = f"E-{cell.implied}" if cell.implied else ""

    def read(text: str) -> Any:
        number = text.strip(BLANK)
        if not number:
            return None
        if len(text) < length and _cut_off(text, cell):
            raise CellError(f"the line ends inside a number of {length} columns, after {excerpt(text)}")
        found = taken(number, cell.sign, marks)
        if found is None or not shape.fullmatch(found[0]):
            raise CellError(f"{excerpt(number)} is not a {what}{_told(cell, number)}")
        value: Any = make(found[0] + power)
        return value.copy_negate() if found[1] and value and make is Decimal else -value if found[1] else value

    return read


def _cut_off(text: str, cell: Cell) -> bool:
    """Whether a number is surely cut where its line ends: one that is filled up before it, or whose last digits matter.
    Others stand to the left, and blanks behind them were trimmed."""
    if cell.sign == "trailing":
        return len(text) < cell.length - 1  # the blank of a plus may have been trimmed
    return bool(cell.implied or cell.sign == "overpunch" or FILLED.match(text))


def _told(cell: Cell, number: str) -> str:
    if cell.implied and "." in number:
        return f": its {cell.implied} decimals are implied, without a point"
    if cell.sign == "overpunch":
        return " whose last digit may hold its sign ({ to I for plus, } to R for minus)"
    return f" with its sign {'before' if cell.sign == 'leading' else 'behind'} it" if cell.sign else ""


def edited(cell: Cell, marks: Punches) -> Read:
    """The same for what an operator typed: no width holds, and points and ISO dates are taken as well. A number of JSON
    is the value itself; digits in a text have their implied decimals, as in the file."""
    own = _number_reader(cell, marks, 0) if cell.type in ("int", "decimal") else None
    plain = edited_reader({cell.type: cell.format} if cell.format else cell.type)

    def read(value: Any) -> Any:
        if value is None:
            return "" if cell.type == "text" else None
        if not isinstance(value, str):
            return _of_json(cell, value)
        text = value.strip(BLANK)
        if own is None or plain is None:
            return text if plain is None else plain(text)
        return plain(text) if "." in text and cell.type == "decimal" else own(text)

    return read


def _of_json(cell: Cell, value: Any) -> Any:
    number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if isinstance(value, bool) and cell.type == "bool":
        return value
    if number and cell.type == "decimal":
        return Decimal(value)
    if number and cell.type == "int" and value == int(value):
        return int(value)
    if number and cell.type == "text":
        return str(value)
    raise CellError(f"{excerpt(value)} is no {cell.type}")


# --- writing ---
def writer(cell: Cell, marks: Punches) -> Write:
    """How a value becomes exactly `length` characters. Raises CellError."""
    write = _WRITERS[cell.type](cell, marks)

    def written(value: Any) -> str:
        if value is None or value == "":
            return " " * cell.length
        text = write(value)
        if len(text) > cell.length:
            raise CellError(f"{excerpt(text)} has {len(text)} characters, there is room for {cell.length}")
        return text.ljust(cell.length)

    return written


def _text_writer(cell: Cell, marks: Punches) -> Write:
    def write(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, dt.date, dt.time)):
            raise CellError(f"a text is expected, not {excerpt(value)}")
        text = value if isinstance(value, str) else f"{value:f}" if isinstance(value, Decimal) else _plain(value)
        if not text.isprintable() and re.search("[\r\n\x85\0]", text):
            raise CellError(f"{excerpt(text)} holds a line end or a NUL, which would break the line")
        return text

    return write


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def _number_writer(cell: Cell, marks: Punches) -> Write:
    places = cell.implied or 0

    whole = cell.type == "int" or cell.implied is not None

    def write(value: Any) -> str:
        number = _number(value)
        if not -1000 < number.adjusted() < cell.length:
            raise CellError(f"{excerpt(number)} does not go into {cell.length} columns")
        digits = Decimal(f"{number.copy_abs():f}E{places}")
        if whole and digits != digits.to_integral_value():
            raise CellError(f"{number:f} has more than {places} decimals")
        text = f"{digits.to_integral_value():f}" if whole else f"{digits:f}"
        return signed(text, number < 0, cell.sign, cell.length, marks)

    return write


def _number(value: Any) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation:
        raise CellError(f"a number is expected, not {excerpt(value)}") from None
    if not number.is_finite():
        raise CellError(f"{value} is no number that can be written")
    return number


def _truth_writer(cell: Cell, marks: Punches) -> Write:
    yes, no = ("true", "false") if cell.length >= 5 else ("1", "0")

    def write(value: Any) -> str:
        found = truth(value) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise CellError(f"true or false is expected, not {excerpt(value)}")
        return yes if found else no

    return write


def _time_writer(cell: Cell, marks: Punches) -> Write:
    timed = cell.type == "datetime"
    read = edited_reader({cell.type: cell.format} if cell.format else cell.type)
    assert read is not None

    def write(value: Any) -> str:
        found = read(value) if isinstance(value, str) else value
        if not isinstance(found, dt.datetime if timed else dt.date):
            raise CellError(f"a {'date and time' if timed else 'date'} is expected, not {excerpt(value)}")
        if not timed and isinstance(found, dt.datetime):
            found = found.date()
        return str(found.strftime(cell.format)) if cell.format else str(found.isoformat())

    return write


_WRITERS: dict[str, Callable[[Cell, Punches], Write]] = {
    "text": _text_writer, "int": _number_writer, "decimal": _number_writer, "bool": _truth_writer, "date": _time_writer,
    "datetime": _time_writer,
}  # fmt: skip
