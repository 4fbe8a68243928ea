"""What a place wants of a value: a key, a list, something that is written as text."""

from __future__ import annotations

from jinja2 import nodes

from router.config.types import Use
from transforms.expressions.emit import words
from transforms.types import remarks
from transforms.types.kinds import Type, named, spoken
from transforms.types.remarks import Remarks
from transforms.types.wording import start

SCALARS = ("text", "int", "decimal", "date", "datetime")
WANTED: dict[Use, tuple[tuple[str, ...], str]] = {
    "key": ((*SCALARS, "time"), "a key is a text, a number or a date"),
    "list": (("list",), "a list is expected here"),
    "text": ((*SCALARS, "bool"), "a text, a number or a date is expected here"),
}


def check(use: Use, found: Type, node: nodes.Node, said: Remarks) -> None:
    """Says it where no value that is possible will do."""
    if use not in WANTED or found.never or found.unknown:
        return
    kinds, sentence = WANTED[use]
    if not named(found, *kinds):
        name = words(node) if words(node) != "the expression" else "this"
        said.error(remarks.WRONG_KIND, f"{name} is {spoken(found)}: {sentence}", hint(use, found, name), start(node))


def hint(use: Use, found: Type, name: str) -> str:
    if use == "list":
        return "name a field that is a list, or use `| split(',')`" if named(found, "text") else ""
    if named(found, "list"):
        return f"name one of its items, as in {name}[0]" if name != "this" else ""
    return "use `| text`" if use == "key" and named(found, "bool") else ""
