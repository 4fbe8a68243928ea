"""Templates and maps of a project as trees whose parts know their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.lexer import TokenStream
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from router.config.yaml import nodes_of
from transforms.expressions.parse import ExactEnvironment


class PlacedEnvironment(ExactEnvironment):
    """`lineno` of a node is the character of the text where its token starts, counted from 1."""

    source = ""

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        self.source = super().preprocess(source, name, filename)
        return self.source

    def _tokenize(self, source: str, name: str | None, filename: str | None = None, state: str | None = None) -> TokenStream:
        raw = self.lexer.tokeniter(self.preprocess(source, name, filename), name, filename, state)
        return TokenStream(self.lexer.wrap(self._exact(self.placed(raw)), name, filename), name, filename)

    def placed(self, raw: Any) -> Iterator[tuple[int, str, str]]:
        """What the lexer leaves out between two tokens are blanks."""
        at = 0
        for _, token, value in raw:
            at = max(at, self.source.find(value, at))
            yield at + 1, token, value
            at += len(value)


def tree_of(text: str) -> tuple[nodes.Template, str]:
    """The tree, and the text that its places count in. Raises what Jinja raises."""
    text = re.sub("\r\n?", "\n", text.removeprefix("\ufeff"))
    environment = PlacedEnvironment(autoescape=False, keep_trailing_newline=True)
    return environment._parse(text, None, None), environment.source


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Of a character, counted from 1."""
    before = text[: max(at - 1, 0)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def spot_in_yaml(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column of the value that a path of keys leads to, as near as it is found."""
    try:
        node = nodes_of(text)
    except (YAMLError, ValueError, RecursionError):
        return 0, 0
    for key in path:
        below = child(node, key)
        if below is None:
            break
        node = below
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node is not None else (0, 0)


def child(node: Any, key: str | int) -> Any:
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if str(name.value) == str(key)), None)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key]
    return None
