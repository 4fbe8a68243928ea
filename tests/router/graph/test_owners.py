from __future__ import annotations

from router.browse import TargetCounts
from router.graph.owners import by_owner
from router.graph.parts import OWNER, SYSTEM, Counts, Edge
from router.route import Route, Source, Target
from tests.router.graph.drawn_tables import many, send, shop, table


def test_each_owner_is_one_box_with_the_names_of_its_routes() -> None:
    found = by_owner(many(500, 20))
    boxes = [node for node in found.nodes if node.kind == OWNER]
    assert len(boxes) == 20
    named = {name for box in boxes for line in box.lines for name in line.rstrip(",").split(", ")}
    assert named == {f"flow-{n}" for n in range(500)}
    assert boxes[0].title == "team-0: 25 routes"


def test_a_system_stands_beside_each_owner_that_uses_it_and_says_how_many_routes_do() -> None:
    found = by_owner(many(6, 2))
    erps = [node for node in found.nodes if node.kind == SYSTEM and node.title == "erp"]
    assert [(erp.id, erp.lines) for erp in erps] == [
        ("system:erp owner:team-0", ("http, 1 route",)), ("system:erp owner:team-1", ("http, 1 route",))
    ]  # fmt: skip
    assert Edge("owner:team-0", "system:erp owner:team-0") in found.edges
    (alone,) = [node for node in by_owner(many(6, 1)).nodes if node.title == "erp"]
    assert alone.lines == ("http, 2 routes",)


def test_owners_that_send_to_each_other_name_each_other_and_targets_are_left_out() -> None:
    found = by_owner(shop())
    titles = {node.id: node.title for node in found.nodes}
    assert titles["system:reports owner:fulfilment"] == "routes of reports"
    assert titles["source:fulfilment owner:reports"] == "routes of fulfilment"
    assert Edge("owner:fulfilment", "system:out owner:fulfilment", "fallback", spare=True) in found.edges
    assert {end for edge in found.edges for end in (edge.start, edge.end)} <= set(titles)
    assert not any(id.startswith(("route:", "target:", "otherwise:")) for id in titles)


def test_routes_without_an_owner_have_a_box_too() -> None:
    route = Route("alone", Source("folder", {"folder": "in", "files": "*"}), (Target("t", "alone", send("folder", "out")),))
    (box,) = [node for node in by_owner(table(route)).nodes if node.kind == OWNER]
    assert (box.title, box.lines) == ("no owner: 1 route", ("alone",))


def test_counts_of_an_owner_are_the_sums_of_its_routes() -> None:
    places = {name: TargetCounts(name, 1, 0, 2, None, False) for name in ("flow-0.lake", "flow-0.erp", "flow-1.lake")}
    (box, *_) = by_owner(many(2, 1), counts=Counts({"flow-0": 5, "flow-1": 7}, places)).nodes
    assert box.counts == {"accepted": 12, "open": 3, "retry": 0, "dead": 6}
