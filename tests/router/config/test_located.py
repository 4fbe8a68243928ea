from __future__ import annotations

from typing import Any

from router.config.located import Located, locate
from router.config.references import Resolver
from router.config.spots import KEY, MISSING, VALUE, Spot, find
from router.config.yaml import parse

RESOLVER = Resolver({"N": "5"})


def located(text: str) -> Located:
    return locate(parse(text.encode(), "routes.yaml"), RESOLVER)


def place(text: str, path: tuple[str | int, ...], at: str) -> tuple[int, int]:
    found = located(text)
    spot = find(found.data, path, at, found.top)
    return spot.line, spot.column


def said(text: str) -> list[tuple[int, int, str]]:
    return [(p.line, p.column, p.message) for p in located(text).problems]


def test_keys_and_values_have_their_places() -> None:
    text = "a:\n  b: {c: [1, öö, x]}\n"
    assert place(text, ("a", "b"), KEY) == (2, 3)
    assert place(text, ("a", "b", "c"), VALUE) == (2, 10)
    assert place(text, ("a", "b", "c", 2), VALUE) == (2, 18)


def test_a_missing_key_is_at_its_parents_key() -> None:
    text = "a:\n  b: {c: 1}\nl:\n  - x: 1\n    y: {}\n"
    assert place(text, ("a", "b", "gone"), MISSING) == (2, 3)
    assert place(text, ("l", 0, "gone"), MISSING) == (4, 5)
    assert place(text, ("gone",), MISSING) == (1, 1)


def test_what_a_merge_brought_in_is_at_its_anchor() -> None:
    text = "x-base: &base\n  t: 1\n  u: 2\na:\n  b:\n    <<: *base\n    t: 3\n"
    found = located(text)
    assert found.data == {"a": {"b": {"t": 3, "u": 2}}}
    assert place(text, ("a", "b", "u"), KEY) == (3, 3)
    assert place(text, ("a", "b", "u"), VALUE) == (3, 6)
    assert place(text, ("a", "b", "t"), VALUE) == (7, 8)


def test_earlier_ones_of_merged_lists_win() -> None:
    assert located("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y]}\n").data["z"] == {"a": 1, "b": 1, "c": 2}


def test_a_doubled_key_is_at_the_second() -> None:
    assert said("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == [
        (4, 3, "the key 'c' stands here twice, first in line 3"),
        (5, 1, "the key 'a' stands here twice, first in line 1"),
    ]


def test_references_are_resolved_but_not_below_x() -> None:
    found = located("x-a: ${nonsense}\na: ${env:N}\nb: $${env:N}\n")
    assert found.data == {"a": "5", "b": "${env:N}"}
    assert found.problems == []


def test_what_is_not_set_is_a_warning_at_the_value() -> None:
    [problem] = located("a: 1\nb: x${env:M}\n").problems
    assert (problem.level, problem.code, problem.line, problem.column, problem.path) == ("warning", "W0302", 2, 4, "b")


def test_structures_that_mean_nothing() -> None:
    assert said("a: &a {b: *a}\n") == [(1, 4, "this anchor contains itself")]
    assert said("a: {{ x }}\n")[0] == (1, 4, "a text with {{ }} stands without quotes: YAML takes the braces for its own")
    assert said("a: !include x\n") == [(1, 4, "the tag '!include' means nothing here")]
    assert said("a: {<<: 5}\n") == [(1, 9, "'<<' takes a mapping, or a list of mappings")]
    assert said("a: {'${env:N}': 1}\n") == [(1, 5, "the key '${env:N}' cannot hold a reference")]


def test_aliases_of_aliases_are_stopped() -> None:
    text = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    found = located(text)
    assert "too large" in found.problems[-1].message
    assert not found.whole


def test_quoted_scalars_are_texts() -> None:
    data: Any = located("a: '5'\nb: \"true\"\nc: !!str 7\nd: no\ne: 2020-01-01\nf:\n").data
    assert data == {"a": "5", "b": "true", "c": "7", "d": "no", "e": "2020-01-01", "f": None}


def test_an_empty_value_is_at_its_key() -> None:
    assert place("a:\nb: 1\n", ("a",), VALUE) == (1, 1)


def test_the_top() -> None:
    assert located("").top == Spot("routes.yaml", 1, 1)
    assert located("").data == {}
