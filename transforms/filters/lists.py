"""Filters that work on lists. An attribute may be dotted (`price.amount`); items are objects then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from router.errors import ExpressionError
from transforms.filters.numbers import number_of, total
from transforms.filters.values import a_list, a_text, kind, shown, wrong


def length(value: Any) -> int:
    """Characters of a text, items of a list, fields of an object."""
    if isinstance(value, str | list | tuple | dict):
        return len(value)
    raise wrong(value, "a text, a list or an object")


def first(value: Any) -> Any:
    return one_of(value)[0]


def last(value: Any) -> Any:
    return one_of(value)[-1]


def one_of(value: Any) -> Any:
    items = value if isinstance(value, str) else a_list(value)
    if not items:
        raise ExpressionError(f"the {'text' if isinstance(value, str) else 'list'} is empty", "value")
    return items


def smallest(value: Any) -> Any:
    """`min`."""
    return min(zip(sort_keys(one_of(a_list(value))), value, strict=True), key=lambda pair: pair[0])[1]


def largest(value: Any) -> Any:
    """`max`."""
    return max(zip(sort_keys(one_of(a_list(value))), value, strict=True), key=lambda pair: pair[0])[1]


def mapped(value: Any, attribute: str) -> list[Any]:
    """`map`: the attribute of every item."""
    return [field(item, attribute, n) for n, item in enumerate(a_list(value))]


def select(value: Any, attribute: str, wanted: Any) -> list[Any]:
    """The items whose attribute equals a value; comparing unlike kinds is an error."""
    return [item for n, item in enumerate(a_list(value)) if equal(field(item, attribute, n), wanted, attribute, n)]


def added(value: Any, attribute: str | None = None) -> Decimal:
    """`sum`: numbers and texts of numbers, exact; 0 of none."""
    numbers = []
    for n, item in enumerate(a_list(value)):
        found = item if attribute is None else field(item, attribute, n)
        try:
            numbers.append(number_of(found))
        except ExpressionError as error:
            raise at(n, attribute, error) from None
    return total(numbers)


def ordered(value: Any, attribute: str | None = None) -> list[Any]:
    """`sort`: ascending; what is equal stays in its order."""
    items = a_list(value)
    keys = sort_keys(items if attribute is None else mapped(items, attribute), attribute)
    return [items[n] for n in sorted(range(len(items)), key=keys.__getitem__)]


def unique(value: Any) -> list[Any]:
    """Every value once, where it stood first."""
    firsts: dict[Any, Any] = {}
    for item in a_list(value):
        firsts.setdefault(frozen(item), item)
    return list(firsts.values())


def frozen(value: Any) -> Any:
    """What is equal for two equal values, and can be looked up; true is not 1."""
    if isinstance(value, dict):
        return "object", frozenset((key, frozen(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(frozen(inner) for inner in value)
    return kind(value), value


def field(item: Any, attribute: str, n: int) -> Any:
    """The value at a dotted path inside item `n` of a list."""
    found = item
    for name in a_text(attribute).split("."):
        if not isinstance(found, Mapping):
            raise ExpressionError(f"item [{n}] is {kind(item)}: it has no field {shown(attribute)}",
                                  "null" if found is None else "type")
        if name not in found:
            raise ExpressionError(f"item [{n}] has no field {shown(attribute)}", "undefined")
        found = found[name]
    return found


def equal(found: Any, wanted: Any, attribute: str, n: int) -> bool:
    if found is None or wanted is None:
        whose = f"item [{n}].{attribute}" if found is None else "the value to look for"
        raise ExpressionError(f"{whose} is null", "null")
    if kind(found) != kind(wanted):
        raise ExpressionError(f"item [{n}].{attribute} is {kind(found)}, {shown(wanted)} is {kind(wanted)}: "
                              "they cannot be compared", "type")
    return bool(found == wanted)


def sort_keys(items: Any, attribute: str | None = None) -> list[Any]:
    """The items themselves, once it is sure that they can be put in order."""
    sort = None
    for n, item in enumerate(items):
        if not isinstance(item, str | int | Decimal | dt.date) or isinstance(item, bool):
            raise at(n, attribute, wrong_order(item))
        kept = (kind(item), isinstance(item, dt.datetime) and item.utcoffset() is not None)
        if sort not in (None, kept):
            raise at(n, attribute, ExpressionError(
                f"{shown(item)} is {kind(item)}{' with a zone' if kept[1] else ''}, "
                f"those before it are {sort[0] if sort else ''}: they cannot be compared", "type"))
        sort = kept
    return list(items)


def wrong_order(item: Any) -> ExpressionError:
    try:
        return wrong(item, "something that has an order")
    except ExpressionError as null:
        return null


def at(n: int, attribute: str | None, error: ExpressionError) -> ExpressionError:
    where = f"item [{n}]" if attribute is None else f"item [{n}].{attribute}"
    return ExpressionError(f"{where}: {error.reason}", error.error)
