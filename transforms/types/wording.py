"""How remarks speak of a part of an expression, and where it begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import nodes

from router.config.nearest import nearest
from transforms.expressions.emit import constant, words
from transforms.types.kinds import Type, named, spoken

TOLD = 12


def start(node: nodes.Node) -> int:
    """The character at which it begins, counted from 1."""
    found = node.lineno or 0
    for child in node.iter_child_nodes():
        found = min(found or start(child), start(child) or found)
    return found


def is_path(node: nodes.Node) -> bool:
    """`body.lines[0].sku`."""
    if isinstance(node, nodes.Getattr) or (isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const)):
        return is_path(node.node)
    return isinstance(node, nodes.Name)


def side(node: nodes.Node, found: Type) -> str:
    """A part with what it is: `body.qty (a text)`, `a text, 'x'`."""
    name = words(node)
    if isinstance(node, nodes.Const):
        return "null" if named(found, "null") else f"{spoken(found)}, {name}"
    return f"{name} ({spoken(found)})" if name != "the expression" else spoken(found)


def one_of_values(values: Iterable[Any], wanted: nodes.Node) -> str:
    """The hint of a constant that is not among the values there are."""
    shown = [str(value) for value in values]
    meant = constant(wanted.value) if isinstance(wanted, nodes.Const) else None
    close = nearest(meant, shown) if isinstance(meant, str) else None
    if close is not None:
        return f"did you mean '{close}'?"
    return f"there are {', '.join(shown[:TOLD])}{' …' if len(shown) > TOLD else ''}"
