"""Nodes of a YAML text by libyaml, which is five times as quick as the parser in Python. Where the two may differ, in what
they take or in where they say that it stands, there is no answer: the one in Python is asked, whose word counts."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

UNUSUAL = re.compile(r"[\t\r\x00-\x08\x0b-\x1f\x7f\x85\ufeff\u2028\u2029]|^%|^ {100}|(?:[-?:] ){20}", re.MULTILINE)
"""White space that versions of YAML see differently, directives, and what is nested deep without brackets."""
BRACKETS = re.compile(r"[\[\]{}]")
DEEPEST = 50

try:
    import _ruamel_yaml as libyaml  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover  # a platform without it
    libyaml = None


def quick_nodes(text: str) -> Any:
    """The node of the one document; None where the parser in Python has to look: also for what is wrong."""
    if libyaml is None or UNUSUAL.search(text) or depth(text) > DEEPEST:
        return None
    try:
        root = YAML(typ="safe", pure=False).compose(text)
    except Exception:  # the parser in Python says it better
        return None
    return root if root is not None and as_in_python(root) else None


def depth(text: str) -> int:
    """How deep brackets are nested, those in texts counted too."""
    deepest = now = 0
    for bracket in BRACKETS.findall(text):
        now += 1 if bracket in "[{" else -1
        deepest = max(deepest, now)
    return deepest


def as_in_python(root: Any) -> bool:
    """Gives plain scalars the style that the parser in Python gives them. False where there is an empty one: the two
    disagree about its place."""
    left, seen = [root], set()
    while left:
        node = left.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            if not node.style:
                node.style = None
                if not node.value:
                    return False
        elif isinstance(node, SequenceNode):
            left.extend(node.value)
        elif isinstance(node, MappingNode):
            for pair in node.value:
                left.extend(pair)
    return True
