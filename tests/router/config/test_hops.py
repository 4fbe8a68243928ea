"""Routes that send to routes."""

from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk, brief

TO = "[{{id: on, send: {{route: {0}}}}}]"


def routes(*pairs: tuple[str, str, str]) -> str:
    """(id, source, to) of each."""
    return HEAD + "".join(f"  {id}:\n    from: {source}\n    to: {to}\n" for id, source, to in pairs)


OUT = "[{id: out, send: {folder: out, name: c.json}}]"
HTTP = "{http: /r, clients: anyone}"


def test_a_route_sends_to_one_that_is_open_to_it(desk: Desk) -> None:
    text = routes(("a", HTTP, TO.format("b")), ("b", "{route: true}", OUT))
    assert desk.check(text) == []


@pytest.mark.parametrize(
    ("to", "code", "hint"), [("c", "E0509", "b"), ("used", "E0510", "from: {route: true}")]
)
def test_a_receiver_that_cannot_take_it(desk: Desk, to: str, code: str, hint: str) -> None:
    text = routes(("a", HTTP, TO.format(to)), ("d", HTTP.replace("/r", "/d"), TO.format("b")), ("b", "{route: true}", OUT))
    [problem] = desk.check(text)
    assert (problem.code, problem.line, problem.path) == (code, 17, "routes.a.to[0].send.route")
    assert hint in problem.hint


def test_a_receiver_that_nobody_sends_to_is_a_warning(desk: Desk) -> None:
    assert brief(desk.check(routes(("b", "{route: true}", OUT)))) == [("W0512", 16, 11, "routes.b.from")]


def test_circles_are_refused_and_named(desk: Desk) -> None:
    own, there, back = (TO.format(id) for id in ("b", "c", "b"))
    text = routes(("a", HTTP, own), ("b", "{route: true}", there), ("c", "{route: true}", back))
    [problem] = desk.check(text)
    assert (problem.code, problem.path) == ("E0511", "routes.c.to[0].send.route")
    assert "b -> c -> b" in problem.message


def test_a_route_that_sends_to_itself_is_a_circle(desk: Desk) -> None:
    [problem] = desk.check(routes(("b", "{route: true}", TO.format("b"))))
    assert (problem.code, "b -> b" in problem.message) == ("E0511", True)
