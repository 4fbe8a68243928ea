"""Many routes as one picture: a box for each owner with the names of its routes, between the systems that they join. A
system stands beside each owner that uses it, so that no line crosses the picture."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from router.graph.parts import END, OWNER, SOURCE, SYSTEM, TARGET, Counts, Edge, Graph, Node, chosen, graph
from router.route import Route, Table

NOBODY = "no owner"
WIDTH = 56
"""Characters of a line of names."""


def by_owner(table: Table, ids: Collection[str] = (), counts: Counts | None = None) -> Graph:
    """The ways of the graph of all routes, one for those of an owner together; the box at its end says how many routes
    go it."""
    detail, routes = graph(table, ids), chosen(table, ids)
    home = {f"route:{route.id}": f"{OWNER}:{route.owner or NOBODY}" for route in routes}
    boxes = [box(id, [r for r in routes if home[f"route:{r.id}"] == id], counts) for id in sorted(set(home.values()))]
    around = Surroundings(detail, home)
    return Graph((*boxes, *around.nodes.values()), tuple(around.edges))


def box(id: str, routes: Sequence[Route], counts: Counts | None) -> Node:
    names = textwrap.wrap(", ".join(route.id for route in routes), WIDTH, break_on_hyphens=False)
    title = f"{id.partition(':')[2]}: {number(routes)}"
    return Node(id, OWNER, title, tuple(names), summed(routes, counts) if counts else {})


def number(routes: Collection[object]) -> str:
    return f"{len(routes)} route{'s' if len(routes) != 1 else ''}"


def summed(routes: Sequence[Route], counts: Counts) -> dict[str, int]:
    total: Counter[str] = Counter()
    for route in routes:
        total.update(counts.of_route(route.id))
        for target in route.targets:
            total.update(counts.of_place(target.name))
    return dict(total)


class Surroundings:
    """What stands left and right of each owner: its sources, its systems, and owners that it gets from or sends to."""

    def __init__(self, detail: Graph, home: Mapping[str, str]) -> None:
        self.home, self.known = home, {node.id: node for node in detail.nodes}
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        for (outside, owner, kind, spare), routes in self.ways(detail).items():
            self.add(outside, owner, kind, spare, routes)

    def ways(self, detail: Graph) -> dict[tuple[str, str, str, bool], dict[str, None]]:
        """(what is outside, owner, on which side, spare): the routes that go there."""
        found: dict[tuple[str, str, str, bool], dict[str, None]] = {}
        for start, end, spare in self.between_routes(detail):
            here, there = self.home.get(start, start), self.home.get(end, end)
            if start in self.home and here != there:
                found.setdefault((there, here, SYSTEM, spare), {})[start] = None
            if end in self.home and here != there:
                found.setdefault((here, there, SOURCE, spare), {})[end] = None
        return found

    def between_routes(self, detail: Graph) -> Iterator[tuple[str, str, bool]]:
        """Targets are left out: what leads to one leads on from its route."""
        route_of = {edge.end: edge.start for edge in detail.edges if self.known[edge.end].kind == TARGET}
        for edge in detail.edges:
            if self.known[edge.end].kind not in (TARGET, END):
                yield route_of.get(edge.start, edge.start), edge.end, edge.spare

    def add(self, outside: str, owner: str, kind: str, spare: bool, routes: Collection[str]) -> None:
        other = self.known.get(outside)
        title = other.title if other else f"routes of {outside.partition(':')[2]}"
        lines = (", ".join((*(other.lines if other else ()), number(routes))),)
        id = f"{kind}:{outside.partition(':')[2]} {owner}"
        self.nodes.setdefault(id, Node(id, kind, title, lines, note=other.note if other else ""))
        ends = (id, owner) if kind == SOURCE else (owner, id)
        self.edges.setdefault(Edge(*ends, "fallback" if spare else "", spare))
