"""Many routes as one picture: a box for each owner with the names of its routes, between the systems that they join."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from router.graph.parts import END, OWNER, ROUTE, TARGET, Counts, Edge, Graph, Node, chosen, graph
from router.route import Route, Table

NOBODY = "no owner"
WIDTH = 56
"""Characters of a line of names."""


def by_owner(table: Table, ids: Collection[str] = (), counts: Counts | None = None) -> Graph:
    """The ways of the graph of all routes, one for those of an owner together; it says how many routes go it."""
    detail, routes = graph(table, ids), chosen(table, ids)
    home = {f"route:{route.id}": f"owner:{route.owner or NOBODY}" for route in routes}
    outside = [node for node in detail.nodes if node.kind not in (ROUTE, TARGET, END)]
    boxes = [box(id, [r for r in routes if home[f"route:{r.id}"] == id], counts) for id in sorted(set(home.values()))]
    return Graph((*boxes, *outside), tuple(joined(detail, home)))


def box(id: str, routes: Sequence[Route], counts: Counts | None) -> Node:
    owner = id.partition(":")[2]
    number = f"{len(routes)} route{'s' if len(routes) != 1 else ''}"
    names = textwrap.wrap(", ".join(route.id for route in routes), WIDTH, break_on_hyphens=False)
    return Node(id, OWNER, f"{owner}: {number}", tuple(names), summed(routes, counts) if counts else {})


def summed(routes: Sequence[Route], counts: Counts) -> dict[str, int]:
    total: Counter[str] = Counter()
    for route in routes:
        total.update(counts.of_route(route.id))
        for target in route.targets:
            total.update(counts.of_place(target.name))
    return dict(total)


def joined(detail: Graph, home: Mapping[str, str]) -> list[Edge]:
    """Targets are left out: what leads to one leads on from its route."""
    route_of = {edge.end: edge.start for edge in detail.edges if edge.end.startswith("target:")}
    going: dict[tuple[str, str, bool], set[str]] = {}
    for edge in detail.edges:
        start = route_of.get(edge.start, edge.start)
        way = home.get(start, start), home.get(edge.end, edge.end), edge.spare
        inside = edge.end.startswith(("target:", f"{END}:")) or way[0] == way[1]
        if not inside:
            going.setdefault(way, set()).add(start if start in home else edge.end)
    return [Edge(start, end, said(len(routes), spare), spare) for (start, end, spare), routes in going.items()]


def said(routes: int, spare: bool) -> str:
    number = f"{routes} routes" if routes > 1 else ""
    return " ".join(filter(None, (number, "fallback" if spare else "")))
