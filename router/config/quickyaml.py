"""Nodes of a YAML text by libyaml, which is five times as quick as the parser in Python. Where the two may differ, in what
they take or in where they say that it stands, there is no answer: the one in Python is asked, whose word counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml.nodes import ScalarNode, SequenceNode
from ruamel.yaml.resolver import BaseResolver, implicit_resolvers
from ruamel.yaml.tag import Tag

UNUSUAL = re.compile(
    r"[\t\r\x00-\x08\x0b-\x1f\x7f\x85\ufeff\u2028\u2029]|^%|^ {100}|(?:[-?:] ){20}"
    r"|(?:^|[\s\[{,:-])(?:!(?!=)|[&*][\w-]*[^\w\s,\]}-])",
    re.MULTILINE,
)
"""White space that versions of YAML see differently, directives, what is nested deep without brackets, tags, and names of
anchors with more than letters and digits."""
BRACKETS = re.compile(r"[\[\]{}]")
DEEPEST = 50

VERSION = (1, 2)

try:
    import _ruamel_yaml as libyaml  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover  # a platform without it
    libyaml = None
else:

    class Composer(libyaml.CParser):  # type: ignore[misc]
        """Tags plain scalars as YAML 1.2 has it, by a table that is made once. Raises ValueError where one is empty: the two
        disagree about its place."""

        def resolve(self, kind: Any, value: str, implicit: tuple[bool, bool]) -> Tag:
            if kind is ScalarNode:
                if implicit[0] and not value:
                    raise ValueError
                return tag_of(value) if implicit[0] else BaseResolver.DEFAULT_SCALAR_TAG
            is_list = kind is SequenceNode
            return BaseResolver.DEFAULT_SEQUENCE_TAG if is_list else BaseResolver.DEFAULT_MAPPING_TAG

        def descend_resolver(self, node: Any, index: Any) -> None:
            return

        def ascend_resolver(self) -> None:
            return


def table() -> Mapping[str, list[tuple[Tag, Any]]]:
    """By the first character of a plain scalar: what it may be, and how it looks then."""
    found: dict[str, list[tuple[Tag, Any]]] = {}
    for versions, tag, pattern, firsts in implicit_resolvers:
        if VERSION in versions:
            for first in firsts:
                found.setdefault(first, []).append((Tag(suffix=tag), pattern))
    return found


TAGS = table()


def tag_of(plain: str) -> Tag:
    for tag, pattern in TAGS.get(plain[:1], ()):
        if pattern.match(plain):
            return tag
    return BaseResolver.DEFAULT_SCALAR_TAG


def quick_nodes(text: str) -> Any:
    """The node of the one document; None where the parser in Python has to look: also for what is wrong. The style of what
    stands without quotes is "", where the other has None."""
    if libyaml is None or UNUSUAL.search(text) or depth(text) > DEEPEST:
        return None
    try:
        return Composer(text).get_single_node()
    except Exception:  # the parser in Python says it better
        return None


def depth(text: str) -> int:
    """How deep brackets are nested, those in texts counted too."""
    deepest = now = 0
    for bracket in BRACKETS.findall(text):
        now += 1 if bracket in "[{" else -1
        deepest = max(deepest, now)
    return deepest
