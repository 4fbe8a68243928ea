"""A page per filter of expressions and templates."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter, signature

from docs.printing.markdown import Page, code, page, table, words
from transforms.filters import FILTERS
from transforms.filters.about import ABOUT
from transforms.types.filters import FILTERS as TYPES


def filters() -> Iterator[Page]:
    yield page(
        "reference/filters/index.md", "Filters",
        "Filters of [expressions and templates](../../expressions.md): `value | name(arguments)`. They are exact with numbers, "
        "ask no clock, and refuse what they cannot take with a reason: the message is then a dead letter that names the part.",
        table(("filter", "takes", "what it gives"), (listed(name) for name in FILTERS)),
    )  # fmt: skip
    yield from (filter_page(name) for name in FILTERS)


def listed(name: str) -> list[str]:
    return [f"[`{name}`]({name}.md)", takes(name), ABOUT[name].says]


def filter_page(name: str) -> Page:
    said = ABOUT[name]
    rows = ([words(one), words(gives)] for one, gives in said.examples)
    return page(
        f"reference/filters/{name}.md", f"`{name}`", said.says, code(call(name), "text"),
        f"Takes {takes(name)}." if takes(name) else "",
        table(("for example", "gives"), rows),
    )  # fmt: skip


def takes(name: str) -> str:
    found = TYPES.get(name)
    return found.words if found is not None else "anything" if name == "default" else ""


def call(name: str) -> str:
    """How it is called: `value | pad(width, fill=' ')`."""
    taken = [one for one in list(signature(FILTERS[name]).parameters.values())[1:] if one.name != "namespaces"]
    return f"value | {name}" + (f"({', '.join(argument(one) for one in taken)})" if taken else "")


def argument(parameter: Parameter) -> str:
    if parameter.default is Parameter.empty:
        return parameter.name
    return f"{parameter.name}={parameter.default!r}" if parameter.default is not None else f"[{parameter.name}]"
