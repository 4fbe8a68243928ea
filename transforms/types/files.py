"""The project's own files, read in a scope: what is said of them has their places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes

from router.config.types import Remark
from router.ports import Content
from transforms.jinja.environment import FOLDER
from transforms.jinja.printing import mode_of
from transforms.types.guards import asked
from transforms.types.kinds import Type
from transforms.types.lone import lone
from transforms.types.maps import MapReader
from transforms.types.pages import PageReader
from transforms.types.placed import line_and_column, spot_in_yaml, tree_of
from transforms.types.remarks import Remarks
from transforms.types.scope import Scope

USES = (nodes.Include, nodes.Extends)
"""What goes on in the same scope; imported macros see their arguments alone."""


class Files:
    """Reads templates once and looks at them in any scope."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.trees: dict[str, tuple[nodes.Template, str] | None] = {}

    def map(self, path: str, spec: Mapping[str, Any], scope: Scope) -> tuple[Type, list[Remark]]:
        said = Remarks()
        found = MapReader(scope, said).of(spec)
        if not said.found:
            return found, []
        text = self.content.text(path)
        return found, [in_file(one, path, *spot_in_yaml(text, one.path)) for one in said.found]

    def template(self, name: str, scope: Scope) -> tuple[list[Remark], list[str]]:
        """Also of the templates that it includes; and the paths of all that were read."""
        read: list[str] = []
        return list(self.page(name, scope, read)), read

    def page(self, name: str, scope: Scope, read: list[str]) -> list[Remark]:
        placed = self.tree(name)
        if placed is None or FOLDER + name in read:
            return []
        read.append(FOLDER + name)
        tree, text = placed
        said = Remarks()
        page = PageReader(scope, said, text, mode_of(name) == "json")
        page.read(tree)
        lone(tree, name, said)
        found = [in_file(one, FOLDER + name, *line_and_column(text, one.column)) for one in said.found]
        for node in tree.find_all(USES):
            used = getattr(node, "template", None)
            if isinstance(used, nodes.Const) and isinstance(used.value, str):
                found += self.page(used.value, page.reader.scope.asking(asked(tree)), read)
        return found

    def tree(self, name: str) -> tuple[nodes.Template, str] | None:
        """None where it cannot be read: that is said elsewhere."""
        if name not in self.trees:
            try:
                self.trees[name] = tree_of(self.content.text(FOLDER + name))
            except (KeyError, jinja2.TemplateError, RecursionError, ValueError):
                self.trees[name] = None
        return self.trees[name]


@lru_cache(maxsize=4096)
def short(text: str) -> tuple[nodes.Template, str] | None:
    """The tree of a short text with `{{ }}`."""
    if not re.search(r"\{[{%#]", text):
        return None
    try:
        return tree_of(text)
    except (jinja2.TemplateError, RecursionError, ValueError):
        return None


def in_file(remark: Remark, path: str, line: int, column: int) -> Remark:
    return replace(remark, file=path, line=line, column=column, path=())


def of_page(placed: tuple[nodes.Template, str], scope: Scope) -> Sequence[Remark]:
    """What is said of a short text; it has no places of its own."""
    said = Remarks()
    PageReader(scope, said, placed[1], False).read(placed[0])
    return said.found
