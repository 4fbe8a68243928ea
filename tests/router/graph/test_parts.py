from __future__ import annotations

from dataclasses import replace

from router.browse import TargetCounts
from router.graph.parts import SOURCE, SYSTEM, Counts, Graph, Node, graph
from router.route import Otherwise, Route, Source, Target
from tests.router.graph.drawn_tables import many, send, shop, table


def node(found: Graph, id: str) -> Node:
    return next(node for node in found.nodes if node.id == id)


def test_messages_go_from_connections_over_routes_and_targets_to_connections() -> None:
    ways = {(edge.start, edge.end, edge.label) for edge in graph(shop()).edges}
    assert ("source:bus", "route:events", "stock") in ways
    assert ("route:events", "target:events.returns", "") in ways
    assert ("target:events.returns", "system:erp", "") in ways
    assert ("target:events.levels", "route:levels", "") in ways, "a route that is sent to is not drawn twice"
    assert ("target:levels.dwh", "system:dwh", "") in ways


def test_a_box_says_what_is_written_in_the_table() -> None:
    found = graph(shop())
    assert node(found, "target:events.returns").lines == ("when body.type == 'return'", "POST /returns")
    assert node(found, "otherwise:events").lines == ("otherwise", "no rule")
    assert node(found, "source:bus").note == "what bus is"


def test_a_fallback_is_a_spare_way() -> None:
    (spare,) = [edge for edge in graph(shop()).edges if edge.spare]
    assert (spare.start, spare.end, spare.label) == ("target:events.returns", "system:out", "fallback")


def test_one_route_is_drawn_with_the_names_of_its_neighbours() -> None:
    fed = graph(shop(), ["levels"])
    assert [n.title for n in fed.nodes if n.kind == SOURCE] == ["events.levels"]
    feeding = graph(shop(), ["events"])
    assert node(feeding, "route:levels").kind == SYSTEM
    assert not any(n.id == "target:levels.dwh" for n in feeding.nodes)


def test_callers_are_named_and_a_disabled_route_says_so() -> None:
    source = Source("http", {"http": "/orders", "method": "PUT", "clients": ["shop", "app"]})
    route = Route("orders", source, (Target("erp", "orders", send("http", "erp", path="/o")),), enabled=False)
    found = graph(table(route))
    assert node(found, "source:PUT /orders").lines == ("http, from shop, app",)
    assert node(found, "route:orders").lines == ("not enabled",)


def test_a_target_that_takes_the_rest_says_otherwise() -> None:
    events = shop().routes["events"]
    rest = Target("rest", "events", send("folder", "out", name="x"))
    route = replace(events, targets=(*events.targets, rest), otherwise=Otherwise("target", "rest"))
    found = graph(table(route, shop().routes["levels"]))
    assert node(found, "target:events.rest").lines == ("otherwise", "x")
    assert not any(n.id == "otherwise:events" for n in found.nodes)


def test_counts_stand_at_routes_and_targets() -> None:
    counts = Counts({"events": 12}, {"events.returns": TargetCounts("events.returns", 3, 2, 1, None, False)})
    found = graph(shop(), counts=counts)
    assert node(found, "route:events").counts == {"accepted": 12, "open": 0, "retry": 0, "dead": 0}
    assert node(found, "target:events.returns").counts == {"open": 3, "retry": 2, "dead": 1}
    assert node(graph(shop()), "route:events").counts == {}


def test_every_edge_has_both_its_ends() -> None:
    for found in (graph(shop()), graph(shop(), ["events"]), graph(many(30, 4))):
        ids = [n.id for n in found.nodes]
        assert len(ids) == len(set(ids))
        assert {end for edge in found.edges for end in (edge.start, edge.end)} <= set(ids)
