"""Where each box of a graph stands: columns from left to right, no two boxes over each other. Pure arithmetic, in pixels."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.graph.parts import END, OWNER, ROUTE, SOURCE, SYSTEM, TARGET, Edge, Graph, Node

MARGIN, GAP, ROUTE_GAP, BETWEEN = 24, 12, 26, 90
TITLE, LINE, PAD = 20, 16, 10
SIGN = 7.0
"""The width of a letter of a line, by a wide guess; a title is a fifth wider."""
LEAST, MOST = 110, 60
"""The least width of a box in pixels, the most letters of a line."""


@dataclass(slots=True)
class Box:
    """A node with its place; `top` is settled last."""

    node: Node
    left: float = 0
    top: float = 0
    width: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    boxes: Mapping[str, Box]
    edges: tuple[Edge, ...]
    width: float
    height: float


def shortened(text: str) -> str:
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def letters(text: str) -> int:
    """Wide letters count twice."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def layout(graph: Graph) -> Layout:
    boxes = {node.id: measured(node) for node in graph.nodes}
    columns = placed_in_columns(graph)
    Rows(graph, boxes).place()
    for kind in (SOURCE, SYSTEM):
        beside(kind, graph, boxes)
    left = float(MARGIN)
    for column in sorted(set(columns.values())):
        members = [boxes[id] for id, at in columns.items() if at == column]
        widest = max(box.width for box in members)
        for box in members:
            box.left, box.width = left, widest
        left += widest + BETWEEN
    height = max((box.top + box.height for box in boxes.values()), default=0) + MARGIN
    return Layout(boxes, graph.edges, left - BETWEEN + MARGIN if boxes else 2 * MARGIN, height)


def measured(node: Node) -> Box:
    texts = [*map(shortened, node.lines), *([counted(node)] if node.counts else [])]
    wide = max([letters(shortened(node.title)) * SIGN * 1.2, *(letters(text) * SIGN for text in texts)])
    return Box(node, width=max(LEAST, wide + 2 * PAD), height=TITLE + LINE * len(texts) + PAD)


def counted(node: Node) -> str:
    """Zeros are left out, but for what came in."""
    return " · ".join(f"{name} {n:,}" for name, n in node.counts.items() if n or name == "accepted") or "nothing waits"


def placed_in_columns(graph: Graph) -> dict[str, int]:
    """Sources first, systems last; between them routes and their targets in turn, one that is sent to further right."""
    found = {node.id: 0 for node in graph.nodes if node.kind in (SOURCE, OWNER, ROUTE)}
    inner = [node.id for node in graph.nodes if node.kind in (OWNER, ROUTE, TARGET, END)]
    found.update(dict.fromkeys(inner, 1))
    known = set(inner)
    ways = [edge for edge in graph.edges if edge.start in known and edge.end in known]
    for _ in inner:
        pushed = {edge.end: found[edge.start] + 1 for edge in ways if found[edge.end] <= found[edge.start]}
        if not pushed:
            break
        found.update(pushed)
    last = max([1, *(found[id] for id in inner)]) + 1
    return found | {node.id: last for node in graph.nodes if node.kind == SYSTEM}


class Rows:
    """The vertical order: a route stands beside its targets, a route that is sent to beside the first that does."""

    def __init__(self, graph: Graph, boxes: Mapping[str, Box]) -> None:
        self.boxes, self.room = boxes, room_of_owners(graph, boxes)
        self.inner = [node.id for node in graph.nodes if node.kind in (OWNER, ROUTE, TARGET, END)]
        self.below: dict[str, list[str]] = defaultdict(list)
        parents: dict[str, str] = {}
        known = set(self.inner)
        for edge in graph.edges:
            if edge.start in known and edge.end in known and edge.end not in parents:
                parents[edge.end] = edge.start
                self.below[edge.start].append(edge.end)
        self.roots = [id for id in self.inner if id not in parents]

    def place(self) -> None:
        top = float(MARGIN)
        for root in self.roots:
            top = self.put(root, top) + ROUTE_GAP

    def put(self, id: str, top: float) -> float:
        """Places a box and what is right of it from `top` on; where it ends."""
        box, under = self.boxes[id], top
        for below in self.below[id]:
            under = self.put(below, under) + GAP
        height = max(box.height, under - GAP - top, self.room.get(id, 0.0))
        box.top = top + (height - box.height) / 2
        return top + height


def room_of_owners(graph: Graph, boxes: Mapping[str, Box]) -> dict[str, float]:
    """The height that an owner needs for what stands beside it, on the side where that is more."""
    sides: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in graph.edges:
        for one, other in ((edge.start, edge.end), (edge.end, edge.start)):
            if boxes[one].node.kind == OWNER:
                sides[one, boxes[other].node.kind].append(other)
    found: dict[str, float] = defaultdict(float)
    for (owner, _), others in sides.items():
        found[owner] = max(found[owner], stacked(boxes[other] for other in dict.fromkeys(others)))
    return found


def stacked(boxes: Iterable[Box]) -> float:
    heights = [box.height for box in boxes]
    return sum(heights) + GAP * max(0, len(heights) - 1)


def beside(kind: str, graph: Graph, boxes: Mapping[str, Box]) -> None:
    """A column at the edge: each box as near as may be to the middle of what it is joined with; those of one middle are
    stacked around it."""
    near: dict[str, list[float]] = defaultdict(list)
    for edge in graph.edges:
        near[edge.start].append(boxes[edge.end].middle)
        near[edge.end].append(boxes[edge.start].middle)
    stacks: dict[float, list[Box]] = defaultdict(list)
    for node in graph.nodes:
        if node.kind == kind:
            found = near[node.id] or [0.0]
            stacks[sum(found) / len(found)].append(boxes[node.id])
    for middle, members in stacks.items():
        top = middle - stacked(members) / 2
        for box in members:
            box.top = top
            top += box.height + GAP
    spread(sorted((box for members in stacks.values() for box in members), key=lambda box: box.top))


def spread(column: Sequence[Box]) -> None:
    """Pushes boxes down until none lies over another."""
    free = float(MARGIN)
    for box in column:
        box.top = max(box.top, free)
        free = box.top + box.height + GAP
