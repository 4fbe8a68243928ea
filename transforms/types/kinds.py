"""The types of bodies: a type is the kinds of values that may stand at a place, and whether nothing may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

MOST_OBJECTS = 12
"""Of more objects than these that may stand at one place nothing is known: their union would be as slow as it is vague."""


@dataclass(frozen=True, slots=True)
class Anything:
    """Nothing is known."""


@dataclass(frozen=True, slots=True)
class Json:
    """Any value that JSON can hold: no date, no XML, no bytes."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text int decimal bool date datetime time null element bytes`. `values`: all that are possible, where they are
    known. `zone`: whether a datetime has one, where that is known. `low` and `high`: of a number, with these."""

    name: str
    values: frozenset[Any] | None = None
    zone: bool | None = None
    low: Any = None
    high: Any = None

    @property
    def lowest(self) -> Any:
        """None where there is no bound."""
        return min(self.values) if self.values else self.low

    @property
    def highest(self) -> Any:
        return max(self.values) if self.values else self.high


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type


@dataclass(frozen=True, slots=True)
class Object:
    """Fields by name. `rest` is the type of every other field; None: there are no others, the object is closed."""

    fields: Mapping[str, Type]
    rest: Type | None = None

    def __hash__(self) -> int:
        return hash(tuple(self.fields))


Kind = Anything | Json | Scalar | ListOf | Object


@dataclass(frozen=True, slots=True)
class Type:
    """No kinds: it cannot be had, evaluating it fails. `lacks`: it may be undefined."""

    kinds: tuple[Kind, ...]
    lacks: bool = False

    @property
    def unknown(self) -> bool:
        return any(type(kind) is Anything for kind in self.kinds)

    @property
    def never(self) -> bool:
        return not self.kinds

    @property
    def surely(self) -> Type:
        """The same where it is there."""
        return Type(self.kinds) if self.lacks else self

    @property
    def maybe(self) -> Type:
        """The same where it may be undefined."""
        return self if self.lacks else Type(self.kinds, True)

    @property
    def nullable(self) -> Type:
        return union([self, NULL])

    @property
    def expanded(self) -> tuple[Kind, ...]:
        """The kinds, with those of JSON one by one."""
        return tuple(one for kind in self.kinds for one in (JSON_KINDS if type(kind) is Json else (kind,)))


ANY, NEVER = Type((Anything(),)), Type(())
ABSENT = Type((), True)
JSON = Type((Json(),))
TEXT, INT, DECIMAL, BOOL, DATE, DATETIME, TIME, NULL, ELEMENT, BYTES = (
    Type((Scalar(name),)) for name in ("text", "int", "decimal", "bool", "date", "datetime", "time", "null", "element", "bytes")
)
NUMBER = Type((*INT.kinds, *DECIMAL.kinds))
AWARE, NAIVE = Type((Scalar("datetime", None, True),)), Type((Scalar("datetime", None, False),))
TRUE, FALSE = Type((Scalar("bool", frozenset({True})),)), Type((Scalar("bool", frozenset({False})),))
ANY_LIST, ANY_OBJECT = Type((ListOf(ANY),)), Type((Object({}, ANY),))
JSON_KINDS: tuple[Kind, ...] = (
    *TEXT.kinds, *INT.kinds, *DECIMAL.kinds, *BOOL.kinds, *NULL.kinds, ListOf(JSON), Object({}, JSON.maybe),
)  # fmt: skip


def list_of(item: Type) -> Type:
    return Type((ListOf(item.surely),))


def object_of(fields: Mapping[str, Type], rest: Type | None = None) -> Type:
    return Type((Object(fields, rest),))


def union(types: Iterable[Type]) -> Type:
    """What one or the other gives."""
    found: list[Kind] = []
    lacks = False
    for one in types:
        lacks = lacks or one.lacks
        for kind in one.kinds:
            add(found, kind)
    if any(type(kind) is Anything for kind in found) or sum(type(kind) is Object for kind in found) > MOST_OBJECTS:
        found = list(ANY.kinds)
    return Type(tuple(found), lacks)


def add(found: list[Kind], kind: Kind) -> None:
    for n, other in enumerate(found):
        if other is kind or (type(other) is type(kind) and not isinstance(kind, Scalar | ListOf) and other == kind):
            return
        if isinstance(other, Scalar) and isinstance(kind, Scalar) and other.name == kind.name:
            values = other.values | kind.values if other.values is not None and kind.values is not None else None
            found[n] = Scalar(kind.name, values, kind.zone if kind.zone == other.zone else None, *bounds(kind, other, values))
            return
        if isinstance(other, ListOf) and isinstance(kind, ListOf):
            found[n] = ListOf(union([other.item, kind.item]))
            return
    found.append(kind)


def bounds(one: Scalar, other: Scalar, values: object) -> tuple[Any, Any]:
    """Of both numbers together; where all values are known they say it."""
    if values is not None or one.name not in ("int", "decimal"):
        return None, None
    low = None if one.lowest is None or other.lowest is None else min(one.lowest, other.lowest)
    return low, None if one.highest is None or other.highest is None else max(one.highest, other.highest)


def of_value(value: Any) -> Type:
    """The type of a constant."""
    if isinstance(value, Mapping):
        return object_of({str(key): of_value(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return list_of(union(map(of_value, value)))
    name = scalar_name(value)
    if name is None:
        return ANY
    if name == "null":
        return NULL
    zone = value.tzinfo is not None if name == "datetime" else None
    return Type((Scalar(name, frozenset({value}), zone),))


NAMES: Mapping[type, str] = {
    str: "text", int: "int", Decimal: "decimal", bool: "bool", date: "date", datetime: "datetime", time: "time",
    type(None): "null", bytes: "bytes",
}  # fmt: skip


def scalar_name(value: Any) -> str | None:
    """None where a value is no scalar."""
    return "element" if hasattr(value, "xpath") else NAMES.get(type(value))


def inverted(type_: Type) -> Type:
    """`not`."""
    return FALSE if type_ == TRUE else TRUE if type_ == FALSE else type_


WORDS = {
    "text": "a text", "int": "a number", "decimal": "a number", "bool": "true or false", "date": "a date",
    "datetime": "a date with time", "time": "a time", "null": "null", "element": "XML", "bytes": "bytes",
}  # fmt: skip


def spoken(type_: Type) -> str:
    """A type in words: `a text or null`."""
    found = list(dict.fromkeys(word(kind) for kind in type_.kinds))
    return " or ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def word(kind: Kind) -> str:
    if isinstance(kind, Scalar):
        return WORDS[kind.name]
    words = {ListOf: "a list", Object: "an object", Json: "a value of JSON"}
    return words.get(type(kind), "anything")


def named(type_: Type, *names: str) -> tuple[Kind, ...]:
    """Its kinds of these names; `list` and `object` are names too."""
    return tuple(kind for kind in type_.expanded if name_of(kind) in names)


def name_of(kind: Kind) -> str:
    if isinstance(kind, Scalar):
        return kind.name
    return "list" if isinstance(kind, ListOf) else "object" if isinstance(kind, Object) else "anything"
