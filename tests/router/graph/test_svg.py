from __future__ import annotations

from xml.etree import ElementTree

from router.graph.owners import by_owner
from router.graph.parts import ROUTE, Graph, Node, graph
from router.graph.svg import svg
from tests.router.graph.drawn_tables import many, shop

NS = "{http://www.w3.org/2000/svg}"


def parsed(found: Graph, title: str = "routes") -> ElementTree.Element:
    return ElementTree.fromstring(svg(found, title))


def test_there_is_a_box_for_each_node_and_a_line_for_each_edge() -> None:
    found = graph(shop())
    tree = parsed(found)
    assert len(tree.findall(f".//{NS}rect")) == len(found.nodes)
    assert len(tree.findall(f"{NS}path")) == len(found.edges)
    titles = {text.text for text in tree.iter(f"{NS}text") if text.get("class") == "title"}
    assert titles >= {"events", "returns", "levels", "erp", "dwh", "dead letter"}


def test_texts_are_escaped_and_what_xml_cannot_hold_is_left_out() -> None:
    tree = parsed(Graph((Node("route:a", ROUTE, "a", ("<b> & \x00\x1b \ud800 'c'",), note='"</title>'),), ()), "<&>")
    (line,) = [text.text for text in tree.iter(f"{NS}text") if text.get("class") == "line"]
    assert line == "<b> &      'c'"
    assert [title.text for title in tree.iter(f"{NS}title")] == ["<&>", '"</title>']


def test_a_long_text_is_shortened_and_its_box_says_it_whole() -> None:
    long = "when " + "body.x == 1 or " * 20
    tree = parsed(Graph((Node("target:a.b", "target", "b", (long,)),), ()))
    (line,) = [text.text or "" for text in tree.iter(f"{NS}text") if text.get("class") == "line"]
    assert len(line) == 60
    assert line.endswith("…")
    assert tree.findtext(f"{NS}g/{NS}title") == f"b {long}"


def test_what_is_dead_is_seen() -> None:
    tree = parsed(Graph((Node("route:a", ROUTE, "a", counts={"accepted": 4000, "retry": 0, "dead": 1}),), ()))
    assert [g.get("class") for g in tree.findall(f"{NS}g")] == ["route dead"]
    assert "accepted 4,000 · dead 1" in [text.text for text in tree.iter(f"{NS}text")]


def test_the_same_table_gives_the_same_text_and_nothing_comes_from_elsewhere() -> None:
    text = svg(by_owner(many(50, 5)), "routes")
    assert text == svg(by_owner(many(50, 5)), "routes")
    assert "<script" not in text
    assert "href" not in text
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#tip)")
