"""What filters take and make, by their names. A filter that is not here takes and makes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from transforms.types.fields import item_of
from transforms.types.kinds import (
    ANY,
    AWARE,
    DATE,
    DATETIME,
    DECIMAL,
    ELEMENT,
    INT,
    NAIVE,
    NUMBER,
    TEXT,
    Scalar,
    Type,
    list_of,
    named,
    union,
)

Makes = Callable[[Type, Sequence[Type]], Type]
NUMBERS = ("int", "decimal")
TIMES = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class Filter:
    """`takes` are names of kinds; `words` says them; `hint` what to do with a value of another kind."""

    takes: tuple[str, ...]
    words: str
    makes: Makes
    hint: str = ""


def always(type_: Type) -> Makes:
    return lambda value, arguments: type_


def same_number(value: Type, arguments: Sequence[Type]) -> Type:
    """Whole numbers stay whole."""
    return union(Type((Scalar(name),)) for name in NUMBERS if value.unknown or named(value, name))


def same_list(value: Type, arguments: Sequence[Type]) -> Type:
    return list_of(item_of(value)) if not value.unknown else list_of(ANY)


def one_item(value: Type, arguments: Sequence[Type]) -> Type:
    if value.unknown:
        return ANY
    return union([item_of(value), *([TEXT] if named(value, "text") else [])])


def moment(value: Type, arguments: Sequence[Type]) -> Type:
    """A text says itself whether it has a zone; where one is given there is one."""
    if len(arguments) > 1:
        return AWARE
    kept = [Type(named(value, "datetime"))] if not value.unknown else [DATETIME]
    return union([*kept, *([DATETIME] if named(value, "text") else []), *([NAIVE] if named(value, "date") else [])])


A_TEXT = "use `| text` first"
A_NUMBER = "use `| decimal` or `| int` first"

FILTERS: Mapping[str, Filter] = {
    "decimal": Filter(("text", *NUMBERS), "a text or a number", always(DECIMAL)),
    "int": Filter(("text", *NUMBERS), "a text or a number", always(INT)),
    "text": Filter(("text", "bool", *NUMBERS, *TIMES), "a text, a number or a date", always(TEXT), "use `| json`"),
    "round": Filter(NUMBERS, "a number", same_number, A_NUMBER),
    "abs": Filter(NUMBERS, "a number", same_number, A_NUMBER),
    "min": Filter(("list",), "a list", one_item),
    "max": Filter(("list",), "a list", one_item),
    "length": Filter(("text", "list", "object"), "a text, a list or an object", always(INT)),
    "first": Filter(("text", "list"), "a text or a list", one_item),
    "last": Filter(("text", "list"), "a text or a list", one_item),
    "join": Filter(("list",), "a list", always(TEXT)),
    "split": Filter(("text",), "a text", always(list_of(TEXT)), A_TEXT),
    "replace": Filter(("text",), "a text", always(TEXT), A_TEXT),
    "upper": Filter(("text",), "a text", always(TEXT), A_TEXT),
    "lower": Filter(("text",), "a text", always(TEXT), A_TEXT),
    "trim": Filter(("text",), "a text", always(TEXT), A_TEXT),
    "pad": Filter(("text", *NUMBERS), "a text or a number", always(TEXT), A_TEXT),
    "date": Filter(("text", *TIMES), "a text or a date", always(DATE)),
    "datetime": Filter(("text", *TIMES), "a text or a date", moment),
    "iso": Filter(TIMES, "a date", always(TEXT), "use `| date` or `| datetime` first"),
    "map": Filter(("list",), "a list", always(list_of(ANY))),
    "select": Filter(("list",), "a list", same_list),
    "sum": Filter(("list",), "a list", always(DECIMAL)),
    "sort": Filter(("list",), "a list", same_list),
    "unique": Filter(("list",), "a list", same_list),
    "sha256": Filter(("text", "bytes"), "a text", always(TEXT), A_TEXT),
    "json": Filter(("text", "bool", *NUMBERS, *TIMES, "time", "null", "list", "object"), "what JSON can hold", always(TEXT)),
    "xpath": Filter(("element",), "XML", always(TEXT.maybe), "set `format: xml` on the route"),
    "xpath_all": Filter(("element",), "XML", always(list_of(union([TEXT, ELEMENT]))), "set `format: xml` on the route"),
}

PLACES = Filter(NUMBERS, "a number", always(TEXT), A_NUMBER)
"""`text(2)`."""


def filter_of(name: str, arguments: int) -> Filter | None:
    return PLACES if name == "text" and arguments else FILTERS.get(name)


def with_attribute(name: str) -> bool:
    """Whether the first argument of a filter is the name of a field of each item."""
    return name in ("map", "select", "sum", "sort")


__all__ = ["FILTERS", "NUMBER", "Filter", "filter_of", "with_attribute"]
