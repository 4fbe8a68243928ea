"""Nodes to values that know their places: doubled keys, merges, aliases, plain scalars of YAML 1.2, references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from router.config.problems import ERROR, WARNING, PathKeys, Problem, Related, dotted
from router.config.references import Resolver
from router.config.scalars import plain
from router.config.spots import Mark, MarkedList, MarkedMap, Spot
from router.config.yaml import Parsed

DOUBLED, STRUCTURE, REFERENCE, UNSET = "E0104", "E0105", "E0301", "0302"
MOST_VALUES, MOST_REPEATED = 500_000, 20_000
"""Aliases of aliases can make a small file enormous."""
MOST_LEVELS = 100

_YAML = "tag:yaml.org,2002:"
_TEXT = {_YAML + "str", _YAML + "timestamp", _YAML + "value", _YAML + "merge"}
_KNOWN = _TEXT | {_YAML + name for name in ("int", "float", "bool", "null", "map", "seq")}

_of = tuple.__new__
"""A Spot is made for each key and each value: this takes half the time."""


@dataclass(slots=True)
class Located:
    """One file as values. `data` is a MarkedMap where the file is well formed at its top; `whole`: it could be read, so
    that what is missing is really missing."""

    file: str
    data: Any
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True

    @property
    def top(self) -> Spot:
        return Spot(self.file, 1, 1)


def locate(parsed: Parsed, resolver: Resolver) -> Located:
    """Never raises. Top-level keys that begin with `x-` are left out, unless something refers to their anchors."""
    located = Located(parsed.file, MarkedMap(), list(parsed.problems), not parsed.problems)
    if parsed.root is not None:
        build = _Build(located, resolver, parsed.anchors)
        located.data = build.value(parsed.root, ())
        if build.too_many:
            located.whole = False
            build.problem(
                STRUCTURE,
                parsed.root,
                (),
                "the file is too large or too deep once its aliases are followed",
                "use fewer aliases of aliases",
            )
    if located.data is None:
        located.data = MarkedMap()
    return located


class _Build:
    """One walk over the nodes of a file."""

    def __init__(self, located: Located, resolver: Resolver, anchors: bool) -> None:
        self.located, self.resolver, self.anchors = located, resolver, anchors
        self.values = self.repeated = 0
        self.seen: set[int] = set()
        self.open: set[int] = set()
        self.tags: dict[int, tuple[Any, str]] = {}
        self.too_many = False

    def value(self, node: Node, path: PathKeys) -> Any:
        self.values += 1
        if self.anchors:
            self.repeated += id(node) in self.seen
            self.seen.add(id(node))
        if self.values > MOST_VALUES or self.repeated > MOST_REPEATED or len(path) > MOST_LEVELS:
            self.too_many = True
            return None
        if self.anchors and id(node) in self.open:
            return self.problem(STRUCTURE, node, path, "this anchor contains itself", "remove the alias inside it")
        if not self.is_of(_KNOWN, node):
            self.problem(STRUCTURE, node, path, f"the tag '{node.tag}' means nothing here", "remove it")
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        if _is_template(node):
            message = "a text with {{ }} stands without quotes: YAML takes the braces for its own"
            return self.problem(STRUCTURE, node, path, message, 'put the text in quotes: "{{ … }}"')
        self.open.add(id(node))
        value = (
            self.sequence(node, path) if isinstance(node, SequenceNode) else self.mapping(cast(MappingNode, node), path)
        )
        self.open.discard(id(node))
        return value

    def is_of(self, names: set[str], node: Node) -> bool:
        """Whether its tag is one of these; few tags make many nodes, and each is slow to say its name."""
        tag = node.ctag
        name = self.tags.get(id(tag))
        if name is None or name[0] is not tag:
            name = self.tags[id(tag)] = (tag, str(tag))
        return name[1] in names

    def scalar(self, node: ScalarNode, path: PathKeys) -> Any:
        if not self.is_of(_TEXT, node):
            return plain(node.value)
        value, complaints = self.resolver.resolve(node.value)
        for complaint in complaints:
            if complaint.unset:
                self.problem("W" + UNSET, node, path, complaint.message, complaint.hint, WARNING)
            else:
                self.problem(REFERENCE, node, path, complaint.message, complaint.hint)
        return value

    def sequence(self, node: SequenceNode, path: PathKeys) -> MarkedList:
        items = MarkedList()
        for n, item in enumerate(node.value):
            items.append(self.value(item, (*path, n)))
            items.marks.append(self.spot(item))
        return items

    def mapping(self, node: MappingNode, path: PathKeys) -> MarkedMap:
        entries = MarkedMap()
        merges: list[Node] = []
        for key_node, value_node in node.value:
            key = self.key(key_node, path)
            if key is None or (not path and key.startswith("x-")):
                continue
            if _is_merge(key_node):
                merges.append(value_node)
            elif key in entries:
                self.doubled(key_node, path, key, entries.marks[key])
            else:
                self.add(entries, key, key_node, value_node, path)
        for merged in merges:
            self.merge(entries, merged, path)
        return entries

    def add(self, entries: MarkedMap, key: str, key_node: Node, value_node: Node, path: PathKeys) -> None:
        at_key = self.spot(key_node)
        empty = isinstance(value_node, ScalarNode) and not value_node.value and not value_node.style
        entries[key] = self.value(value_node, (*path, key))
        # the parser places a value that is not there at whatever comes next
        entries.marks[key] = Mark(at_key, at_key if empty else self.spot(value_node))

    def merge(self, entries: MarkedMap, node: Node, path: PathKeys) -> None:
        """Takes what the mapping does not have itself; earlier ones of a list win."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        for one in nodes:
            if not isinstance(one, MappingNode) or id(one) in self.open:
                self.problem(STRUCTURE, one, path, "'<<' takes a mapping, or a list of mappings", "write '<<: *anchor'")
                continue
            self.open.add(id(one))
            brought = self.mapping(one, path or ("<<",))
            self.open.discard(id(one))
            for key in brought.keys() - entries.keys():
                entries[key], entries.marks[key] = brought[key], brought.marks[key]

    def key(self, node: Node, path: PathKeys) -> str | None:
        if not isinstance(node, ScalarNode):
            self.problem(STRUCTURE, node, path, "a key must be a text", "put braces and brackets in quotes")
            return None
        if "${" in node.value and not (not path and node.value.startswith("x-")):
            self.problem(
                REFERENCE,
                node,
                (*path, node.value),
                f"the key '{node.value}' cannot hold a reference",
                "references stand in values",
            )
        return str(node.value)

    def doubled(self, node: Node, path: PathKeys, key: str, first: Mark) -> None:
        self.problem(
            DOUBLED,
            node,
            (*path, key),
            f"the key '{key}' stands here twice, first in line {first.key.line}",
            "remove one of them, or rename it",
            related=(Related(*first.key[:3], f"'{key}' stands here first"),),
        )

    def spot(self, node: Node) -> Spot:
        start, end = node.start_mark, node.end_mark
        line = start.line
        behind = end.column + 1 if end is not None and end.line == line else 0
        return _of(Spot, (self.located.file, line + 1, start.column + 1, behind))

    def problem(
        self, code: str, node: Node, path: PathKeys, message: str, hint: str, level: str = ERROR,
        related: tuple[Related, ...] = (),
    ) -> None:  # fmt: skip
        spot = self.spot(node)
        place = (spot.file, spot.line, spot.column, dotted(path))
        self.located.problems.append(Problem(level, code, *place, message, hint, spot.end or None, related))


def _is_template(node: Node) -> bool:
    """`{{ body.x }}` without quotes: a mapping whose only key is a mapping."""
    if not isinstance(node, MappingNode) or len(node.value) != 1:
        return False
    key, value = node.value[0]
    return isinstance(key, MappingNode) and isinstance(value, ScalarNode) and not value.value


def _is_merge(node: ScalarNode) -> bool:
    return node.value == "<<" and not node.style
