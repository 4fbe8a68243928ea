from __future__ import annotations

import re

from router.graph.mermaid import escaped, mermaid, short_names
from router.graph.parts import ROUTE, Graph, Node, graph
from tests.router.graph.drawn_tables import many, shop


def test_a_flowchart_from_left_to_right() -> None:
    text = mermaid(graph(shop()))
    assert text.startswith("flowchart LR\n")
    assert "  source_bus -->|\"stock\"| route_events\n" in text
    assert "  target_events_returns -.->|\"fallback\"| system_out\n" in text


def test_no_sign_of_a_text_is_a_mark() -> None:
    text = escaped('a "b" <c> & `d` #e | f\\ \n\x1b[1m')
    assert not set(text) & set('"<>&`|\\\n\x1b')
    assert text.startswith("a #quot;b#quot; #lt;c#gt; #amp; ")
    drawing = mermaid(graph(shop()))
    assert "body.qty #lt; 0" in drawing
    for line in drawing.splitlines():
        assert line.count('"') in (0, 2), line


def test_ids_are_words_each_once_and_none_is_a_word_of_mermaid() -> None:
    alike = Graph((Node("route:a-b", ROUTE, "a-b"), Node("route:a--b", ROUTE, "a--b")), ())
    assert list(short_names(alike).values()) == ["route_a_b", "route_a_b_2"]
    names = short_names(graph(many(40, 3)))
    assert all(re.fullmatch(r"(source|route|target|otherwise|system|owner)_\w+", name) for name in names.values())
    kinds = re.findall(r"classDef (\w+)", mermaid(graph(shop())))
    assert kinds
    assert not {"end", "default", "style", "class", "graph"} & set(kinds)


def test_the_same_table_gives_the_same_text() -> None:
    assert mermaid(graph(many(20, 3))) == mermaid(graph(many(20, 3)))


def test_where_something_is_dead_the_box_is_marked() -> None:
    dead = Node("route:a", ROUTE, "a", counts={"accepted": 0, "open": 0, "retry": 0, "dead": 2})
    text = mermaid(Graph((dead,), ()))
    assert "accepted 0, dead 2" in text
    assert "  style route_a stroke:" in text
