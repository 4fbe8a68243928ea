from __future__ import annotations

from router.config.spots import KEY, MISSING, VALUE, Mark, MarkedList, MarkedMap, Spot, find

TOP = Spot("f", 1, 1)


def tree() -> MarkedMap:
    items = MarkedList()
    items.append("x")
    items.marks.append(Spot("f", 3, 5))
    root = MarkedMap()
    root["a"] = items
    root.marks["a"] = Mark(Spot("f", 2, 1), Spot("f", 2, 4))
    return root


def test_keys_values_and_items() -> None:
    assert find(tree(), ("a",), KEY, TOP) == Spot("f", 2, 1)
    assert find(tree(), ("a",), VALUE, TOP) == Spot("f", 2, 4)
    assert find(tree(), ("a", 0), VALUE, TOP) == Spot("f", 3, 5)


def test_what_is_not_there_is_at_what_holds_it() -> None:
    assert find(tree(), ("b",), MISSING, TOP) == TOP
    assert find(tree(), ("a", "b"), MISSING, TOP) == Spot("f", 2, 1)
    assert find(tree(), ("a", 0, "b"), MISSING, TOP) == Spot("f", 3, 5)
    assert find(tree(), ("a", 7, "b"), VALUE, TOP) == Spot("f", 2, 1)
    assert find(tree(), ("z", "b"), VALUE, TOP) == TOP
