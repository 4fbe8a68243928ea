"""The filters of expressions and templates: plain functions whose first argument is the value.

They raise ExpressionError, whose reason does not name the part it came from: the caller knows it and puts it in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Signature, signature
from typing import Any

from router.errors import ExpressionError
from transforms.filters import lists, numbers, texts, times
from transforms.filters.values import shown
from transforms.filters.xml import check_path, xpath, xpath_all


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
    "xpath": xpath,
    "xpath_all": xpath_all,
}


def written(name: str) -> Signature:
    """What may be written: the namespaces of `xpath` come from the format of the route."""
    whole = signature(FILTERS[name])
    return whole.replace(parameters=[p for p in whole.parameters.values() if p.name != "namespaces"])


def check_arguments(name: str, count: int) -> None:
    """Raises ExpressionError where a filter cannot be called with so many arguments beside the value."""
    try:
        written(name).bind(*[None] * (count + 1))
    except TypeError:
        taken = arguments(name)
        advice = f"write `| {name}`" if taken == "nothing" else f"write `| {name}{taken}`"
        advice += ", where what stands in [ ] may be left out" if "[" in taken else ""
        raise ExpressionError(f"the filter '{name}' takes {taken}, not {count} arguments: {advice}", "type") from None


COMPUTED = object()
"""In the place of an argument that is not written as a constant."""
PROBES: Mapping[str, Any] = {"decimal": "1", "round": 1, "text": 1, "pad": ""}
"""A value that the filter takes whatever stands in its brackets, if that is right."""
WRITTEN: Mapping[str, Callable[..., None]] = {
    "datetime": times.check_moment, "xpath": check_path, "xpath_all": check_path,
}  # fmt: skip
"""What looks at the text in a filter's brackets; None where it is computed."""
KINDS = {"int": (int, "a whole number", "without quotes"), "str": (str, "a text", "in quotes")}


def check_call(name: str, given: Sequence[Any]) -> None:
    """What can be told of a call before there is a value. `given` has `COMPUTED` for what is no constant. Raises
    ExpressionError."""
    check_arguments(name, len(given))
    check_constants(name, given)
    if name in WRITTEN:
        WRITTEN[name](*(None if value is COMPUTED else value for value in given))


def check_constants(name: str, given: Sequence[Any]) -> None:
    """Raises ExpressionError where what is written in the brackets can never be right."""
    parameters = list(written(name).parameters.values())[1:]
    for parameter, value in zip(parameters, given, strict=False):
        kind, _, rest = str(parameter.annotation).partition(" | ")
        if value is COMPUTED or kind not in KINDS or (value is None and rest == "None"):
            continue
        type_, wanted, how = KINDS[kind]
        if not isinstance(value, type_) or isinstance(value, bool):
            reason = f"'{name}' takes {wanted} as its {parameter.name}, not {shown(value)}"
            raise ExpressionError(f"{reason}: write `| {name}{arguments(name)}`, with {wanted} {how}", "type")
    if name in PROBES and not any(value is COMPUTED for value in given):
        FILTERS[name](PROBES[name], *given)


def arguments(name: str) -> str:
    """What may stand in a filter's brackets; `[x]` may be left out."""
    taken = list(written(name).parameters.values())[1:]
    return f"({', '.join(p.name if p.default is p.empty else f'[{p.name}]' for p in taken)})" if taken else "nothing"


__all__ = ["COMPUTED", "FILTERS", "Filter", "check_arguments", "check_call", "check_constants", "xpath", "xpath_all"]
