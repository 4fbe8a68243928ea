"""The grammar of `transforms/layouts/NAME.yaml`: which keys there are, and what each takes."""

from __future__ import annotations

from typing import Any

from router.config.schema.fields import Note, Text, Whole, Word
from router.config.schema.formats import CellType
from router.config.schema.moments import MomentFormat
from router.config.schema.shapes import Listing, Named, Nest, Words

LONGEST_LINE = 1_000_000
SIGNS = ("leading", "trailing", "overpunch")


class FieldType(CellType):
    """The types of columns; here `datetime` may stand alone, with `format` beside it."""

    def read(self, value: Any) -> Any:
        return value if value == "datetime" else super().read(value)


class Columns(Words):
    """Where something stands in a line."""

    at = Whole("The first column, counted from 1 in characters.", least=1, most=LONGEST_LINE, required=True)
    length = Whole("How many columns it takes.", least=1, most=LONGEST_LINE, required=True)


class Field(Columns):
    type = FieldType("What its text is read as.", load_default="text")
    format = MomentFormat("How a date or a time is written, in the codes of strptime.")
    implied = Whole("So many of the digits are decimals; no point is written.", most=28)
    sign = Word(SIGNS, "Where the sign of a number stands, inside its length.")


FIELDS = Named(Nest(Field), None)


class Record(Words):
    name = Text("What lines of this type are called in a group.")
    about = Note()
    fields_ = Named(Nest(Field), None, data_key="fields", required=True)


class GroupOf(Words):
    start = Text("The type of the line that begins a group.", required=True)
    members = Listing(Text(), "The types of the lines that follow it.", load_default=list)
    end = Text("The type of the line that ends it; without it a group ends where the next begins.")


class LayoutFile(Words):
    about = Note()
    length = Whole("Each record has so many characters, and no line end follows it.", least=1, most=LONGEST_LINE)
    record_type = Nest(Columns, "Where a line says of which type it is.")
    records = Named(Nest(Record), None, "The types of lines.")
    fields_ = Named(Nest(Field), None, "The fields of each line, where all are alike.", data_key="fields")
    group = Nest(GroupOf, "Which lines make one record.")
