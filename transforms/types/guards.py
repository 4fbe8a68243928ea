"""What a condition asks about the presence of: where it holds, nothing is said of these paths."""

from __future__ import annotations

from jinja2 import nodes

from transforms.expressions.emit import words


def asked(condition: nodes.Node) -> frozenset[str]:
    """The paths of `is defined`, `is undefined` and `is none` in a condition, whatever it says of them."""
    tests = condition.find_all(nodes.Test)
    found = {words(test.node) for test in tests}
    if isinstance(condition, nodes.Test):
        found.add(words(condition.node))
    return frozenset(found - {"the expression"})
