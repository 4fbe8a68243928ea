"""Whole conditions: what is said of one that is always true or always false, and what it guards."""

from __future__ import annotations

from jinja2 import nodes

from router.errors import ExpressionSyntaxError
from transforms.expressions.emit import words
from transforms.expressions.parse import parse
from transforms.types import remarks
from transforms.types.guards import asked
from transforms.types.kinds import FALSE, TRUE
from transforms.types.reader import Reader
from transforms.types.wording import start

LEFT_OUT = {True: "leave it out, or mend it", False: "mend it, or remove what stands behind it"}


def conditioned(reader: Reader, tree: nodes.Node) -> bool | None:
    """Reads a whole condition; its value, where it is always the same. That is said where nothing else is."""
    before = len(reader.said.found)
    found = reader.condition(tree)
    always = {TRUE: True, FALSE: False}.get(found)
    if always and is_precaution(tree):
        return None
    if always is not None and len(reader.said.found) == before:
        message = f"the condition is always {'true' if always else 'false'}{because(tree, always)}"
        reader.said.warning(remarks.ALWAYS, message, LEFT_OUT[always], start(tree), by_all=True)
    return always


def is_precaution(tree: nodes.Node) -> bool:
    """`is defined`, `is not none`: one that always holds does no harm, and holds for the next schema too."""
    return is_precaution(tree.node) if isinstance(tree, nodes.Not) else isinstance(tree, nodes.Test)


def because(tree: nodes.Node, always: bool) -> str:
    if isinstance(tree, nodes.Not):
        return because(tree.node, not always)
    if not isinstance(tree, nodes.Test) or words(tree.node) == "the expression":
        return ""
    name = words(tree.node)
    if tree.name == "none":
        return f": {name} is {'always' if always else 'never'} null"
    there = always if tree.name == "defined" else not always
    return f": {name} is {'always' if there else 'never'} there"


def asked_in(text: str) -> frozenset[str]:
    """The paths that a condition asks for."""
    try:
        return asked(parse(text))
    except (ExpressionSyntaxError, RecursionError):
        return frozenset()
