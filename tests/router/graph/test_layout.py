from __future__ import annotations

import itertools

import pytest

from router.graph.layout import Box, Layout, layout
from router.graph.owners import by_owner
from router.graph.parts import ROUTE, SOURCE, SYSTEM, TARGET, Edge, Graph, Node, graph
from tests.router.graph.drawn_tables import many, shop

PICTURES = {
    "shop": lambda: graph(shop()), "one of it": lambda: graph(shop(), ["levels"]), "many": lambda: graph(many(60, 5)),
    "owners": lambda: by_owner(many(500, 20)), "owners of the shop": lambda: by_owner(shop()),
    "nothing": lambda: Graph((), ()),
}  # fmt: skip


def over(one: Box, other: Box) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return not beside and one.top < other.top + other.height and other.top < one.top + one.height


@pytest.mark.parametrize("name", PICTURES)
def test_no_box_lies_over_another_and_all_are_inside(name: str) -> None:
    found: Layout = layout(PICTURES[name]())
    boxes = list(found.boxes.values())
    assert [(a.node.id, b.node.id) for a, b in itertools.combinations(boxes, 2) if over(a, b)] == []
    for box in boxes:
        assert box.left >= 0 <= box.top
        assert box.left + box.width <= found.width
        assert box.top + box.height <= found.height


@pytest.mark.parametrize("name", PICTURES)
def test_every_way_leads_to_the_right(name: str) -> None:
    found: Layout = layout(PICTURES[name]())
    for edge in found.edges:
        start, end = found.boxes[edge.start], found.boxes[edge.end]
        assert start.left + start.width < end.left, edge


def test_what_an_owner_uses_stands_beside_it() -> None:
    found = layout(by_owner(many(500, 20)))
    for edge in found.edges:
        owner, other = (found.boxes[edge.start], found.boxes[edge.end])[:: 1 if edge.start.startswith("owner:") else -1]
        assert abs(owner.middle - other.middle) < 250


def test_a_route_stands_in_the_middle_of_its_targets() -> None:
    targets = [Node(f"target:r.{n}", TARGET, str(n)) for n in range(3)]
    nodes = (Node("source:s", SOURCE, "s"), Node("route:r", ROUTE, "r"), *targets, Node("system:x", SYSTEM, "x"))
    edges = (Edge("source:s", "route:r"), *(Edge("route:r", t.id) for t in targets), Edge("target:r.1", "system:x"))
    boxes = layout(Graph(nodes, edges)).boxes
    assert boxes["route:r"].middle == boxes["target:r.1"].middle == boxes["source:s"].middle == boxes["system:x"].middle


def test_a_picture_of_five_hundred_routes_by_owner_is_as_wide_as_a_screen() -> None:
    found = layout(by_owner(many(500, 20)))
    assert found.width < 1400
    assert found.height < 20 * 500
