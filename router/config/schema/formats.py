"""`format`: how bytes become a body at a route, and a body bytes at a target."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, validates_schema

from router.config.nearest import did_you_mean, one_of
from router.config.references import Unset
from router.config.schema.fields import AnyText, Entry, Flag, Text, Whole, Word
from router.config.schema.mistakes import (
    ABSENT_HERE,
    RULE,
    UNKNOWN,
    Mistake,
    kind,
    wrong,
)
from router.config.schema.moments import MomentFormat
from router.config.schema.shapes import Listing, Named, Nest, Verb, Words, chosen

CELL_TYPES = ("text", "int", "decimal", "bool", "date")
NEAR_TYPES = {
    "integer": "int",
    "number": "decimal",
    "float": "decimal",
    "string": "text",
    "str": "text",
    "boolean": "bool",
    "datetime": '{datetime: "%d.%m.%Y %H:%M:%S"}',
    "double": "decimal",
    "money": "decimal",
}


class Encoding(Text):
    """The name of a character encoding that Python knows."""

    examples = ("utf-8", "cp1252", "iso-8859-15", "cp437")

    def check(self, value: str) -> Any:
        try:
            "".encode(value)
            codecs.lookup(value)
        except (LookupError, ValueError):
            raise wrong(value, "this encoding is not known", "for example utf-8, cp1252, iso-8859-15, cp437") from None
        return value


NAMED_SIGNS = {
    **dict.fromkeys((r"\t", "tab", "tabulator"), r'write "\t" in double quotes for a tab'), "comma": 'write ","',
    "semicolon": 'write ";"', "pipe": 'write "|"', "space": 'write " "', "none": "leave it out", "colon": 'write ":"',
}  # fmt: skip


class Character(AnyText):
    """One character."""

    form = r"[^\r\n\0]"

    def check(self, value: str) -> Any:
        if len(value) != 1 or value in "\r\n\0":
            raise wrong(
                value, "one character is expected", NAMED_SIGNS.get(value.lower(), "")
            )
        return value


class CellType(Entry):
    """The type of a column."""

    pattern = Verb(
        {
            "date": MomentFormat("A date in this format.", examples=("%d.%m.%Y",)),
            "datetime": MomentFormat("A date with a time in this format.", examples=("%d.%m.%Y %H:%M:%S",)),
        },
        (),
        "type",
    )

    def alternatives(self) -> Sequence[Entry | str]:
        return (*CELL_TYPES, self.pattern)

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            typed = self.pattern.deserialize(value)
            return {typed.kind: typed.value}
        if not isinstance(value, str):
            raise kind(value, "a type", one_of(CELL_TYPES))
        if value not in CELL_TYPES:
            near = NEAR_TYPES.get(value.lower())
            hint = f"write {near}" if near else did_you_mean(value, CELL_TYPES, otherwise=False)
            raise wrong(
                value, f"a type is one of {', '.join(CELL_TYPES)}, {{date: FORMAT}}, {{datetime: FORMAT}}", hint
            )
        return value


class Columns(Entry):
    """Names of columns with their types, or a list of names."""

    typed = Named(CellType(), None)
    names = Listing(Text(), least=1)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.typed, self.names)

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return self.no_doubles(value, self.names.deserialize(value))
        if not isinstance(value, dict):
            raise kind(value, "a mapping from names to types, or a list of names")
        return self.typed.deserialize(value)

    def no_doubles(self, value: list[Any], names: list[str]) -> list[str]:
        for n, name in enumerate(names):
            if name in names[:n]:
                message = f"the column '{name}' stands in the list twice"
                raise ValidationError({n: [Mistake(RULE, message, "rename one of them")]})
        return names


class Csv(Words):
    examples: Sequence[Mapping[str, Any]] = (
        {"delimiter": ";", "encoding": "cp1252", "decimal": ",", "columns": {"qty": "int", "price": "decimal"}},
        {"header": False, "columns": ["sku", "qty"]},
    )

    delimiter = Character("Stands between cells.", load_default=",")
    quote = Character("Stands around cells that hold a delimiter.", load_default='"')
    header = Flag("The first line names the columns.", load_default=True)
    columns = Columns("Types by column; a list of names where there is no header.")
    encoding = Encoding("How characters are written.", load_default="utf-8")
    decimal = Word((".", ","), "The decimal mark.", load_default=".")
    skip = Whole("So many lines before the header are passed over.", most=10_000, load_default=0)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def fits(self, data: Mapping[str, Any], original: Mapping[str, Any], **kwargs: Any) -> None:
        if data.get("header") is False and "columns" not in original:
            raise ValidationError({"columns": [replace(ABSENT_HERE, hint="add the names of the columns, or 'header: true'")]})
        if data.get("delimiter") is not None and data.get("delimiter") == data.get("quote"):
            at = "quote" if "quote" in original else "delimiter"
            raise ValidationError({at: [Mistake(RULE, "'delimiter' and 'quote' are the same character", "choose another one")]})


class SourceCsv(Csv):
    examples = (
        {"delimiter": ";", "encoding": "cp1252", "decimal": ",",
         "columns": {"qty": "int", "price": "decimal", "sold_at": {"datetime": "%d.%m.%Y %H:%M"}}},
        {"header": False, "columns": ["sku", "qty"]},
    )  # fmt: skip

    @validates_schema(skip_on_field_errors=False)
    def types_its_header(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if data.get("header") is True and isinstance(data.get("columns"), list):
            message = "a list of names is for files without a header: here the header names the columns"
            raise ValidationError({"columns": [Mistake(RULE, message, "write types, {qty: int}, or 'header: false'")]})


class LayoutName(Text):
    def check(self, value: str) -> Any:
        if value.startswith("/") or ".." in value.split("/") or "\\" in value:
            raise wrong(value, "the name of a layout is expected, from transforms/layouts/")
        if value.endswith((".yaml", ".yml")):
            raise wrong(value, "a layout is named without its suffix", f"write {value.rsplit('.', 1)[0]}")
        return super().check(value)


class Xml(Words):
    examples = ({"namespaces": {"p": "urn:retail:poslog"}, "records": "p:Transaction"},)

    namespaces = Named(Text(), None, "Prefixes for xpath.")
    records = Text("The name of the elements that `split: records` yields, with its prefix.")


class Fixed(Words):
    examples = ({"layout": "delivery_note", "encoding": "cp1252"},)

    layout = LayoutName("The layout, from `transforms/layouts/`, without its suffix.", required=True)
    encoding = Encoding("How characters are written.", load_default="utf-8")


class TextFormat(Words):
    examples = ({"encoding": "iso-8859-15"},)

    encoding = Encoding("How characters are written.", load_default="utf-8")


class NoOptions(Words):
    """A format without options."""


class Options(Nest):
    """Options of a format, which may be left out where none is mandatory."""

    @property
    def optional(self) -> bool:
        return not any(field.required for field in self.schema.fields.values())

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        return self.read({}) if value is None else super().deserialize(value, attr, data, **kwargs)


class Format(Entry):
    """The name of a format, or a mapping from it to its options."""

    def __init__(self, source: bool, note: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.kinds: dict[str, Options] = {
            "json": Options(
                NoOptions, "One JSON document. Numbers are exact; a doubled key, NaN or a depth over 200 cannot be decoded."
            ),
            "ndjson": Options(NoOptions, "A JSON document a line: records of any number, read one by one."),
            "csv": Options(
                SourceCsv if source else Csv, "Lines of cells: texts, unless `columns` says their types. Numbers are exact."
            ),
            "xml": Options(Xml, "An XML document; expressions reach into it with `xpath`. A DOCTYPE is refused."),
            "fixed": Options(Fixed, "Lines of cells of a fixed width, by a layout of the project."),
            "text": Options(TextFormat, "The whole as one text."),
            "bytes": Options(NoOptions, "Bytes as they are: nothing is read, and nothing is changed."),
        }
        self.with_options = Verb(self.kinds, (), "format")

    def alternatives(self) -> Sequence[Entry | str]:
        return (*(kind for kind, options in self.kinds.items() if options.optional), self.with_options)

    def unset(self, value: Unset) -> Any:
        return None

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.with_options.deserialize(value)
        if not isinstance(value, str):
            raise kind(value, "the name of a format", one_of(self.kinds))
        if value not in self.kinds:
            raise ValidationError(
                [Mistake(UNKNOWN, f"unknown format '{value}'", did_you_mean(value, self.kinds), bare=True)]
            )
        return chosen(value, self.kinds[value], None)
