"""The values that decided a condition, by the parts of its text: `body.qty` of `body.qty <= 0`."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from transforms.expressions.emit import words

UNNAMED = "the expression"


def parts(node: nodes.Node) -> Iterator[tuple[str, nodes.Node]]:
    """Each part whose value says something, in order, once; not what is written there as it is, nor the whole body."""
    seen = set()
    for name, part in found(node):
        if name not in seen:
            seen.add(name)
            yield name, part


def found(node: nodes.Node) -> Iterator[tuple[str, nodes.Node]]:
    if isinstance(node, (nodes.Getattr, nodes.Getitem)) and rooted(node):
        yield words(node), node
        return
    if isinstance(node, nodes.Filter) and UNNAMED not in words(node):
        yield words(node), node
    for child in node.iter_child_nodes():
        yield from found(child)


def rooted(node: nodes.Node) -> bool:
    """A path from a name on, such as `body.lines[0].qty`."""
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        node = node.node
    return isinstance(node, nodes.Name)
