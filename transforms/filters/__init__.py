"""The filters of expressions and templates: plain functions whose first argument is the value.

They raise ExpressionError, whose reason does not name the part it came from: the caller knows it and puts it in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from transforms.filters import lists, numbers, texts, times, xpath


def default(value: Any, other: Any) -> Any:
    """The value. That `other` takes the place of what is undefined is the compiler's work; null stays null."""
    return value


Filter = Callable[..., Any]

FILTERS: Mapping[str, Filter] = {
    "decimal": numbers.decimal,
    "int": numbers.whole,
    "text": texts.text,
    "round": numbers.round_to,
    "abs": numbers.absolute,
    "min": lists.smallest,
    "max": lists.largest,
    "length": lists.length,
    "first": lists.first,
    "last": lists.last,
    "join": texts.joined,
    "split": texts.split,
    "replace": texts.replace,
    "upper": texts.upper,
    "lower": texts.lower,
    "trim": texts.trim,
    "pad": texts.pad,
    "default": default,
    "date": times.date,
    "datetime": times.datetime,
    "iso": times.iso,
    "map": lists.mapped,
    "select": lists.select,
    "sum": lists.added,
    "sort": lists.ordered,
    "unique": lists.unique,
    "sha256": texts.sha256,
    "json": texts.json,
    "xpath": xpath.xpath,
    "xpath_all": xpath.xpath_all,
}
