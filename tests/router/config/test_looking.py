from __future__ import annotations

from router.config.findings import Findings
from router.config.looking import Look, understood
from router.config.problems import errors
from router.config.project import read_project
from tests.router.config.desk import HEAD, Desk

TESTS = """\
tests:
  of-used: {route: used, given: {body: {}}, expect: {targets: {out: {calls: 1}}}}
  of-used-pos: {route: used-pos, given: {body: {}}, replies: {out: [ok]}}
  of-nothing: {route: nothing, given: {body: {}}}
  of-both: {route: used, given: {body: {}}, replies: {used-pos.out: [ok]}}
"""
WRONG = '    keys: {k: "body.id =="}\n'


def look(desk: Desk, text: str) -> Look:
    desk.write("routes.yaml", text)
    project, findings = read_project(desk.folder / "routes.yaml", desk.environ), Findings()
    return Look(project, understood(project, desk.environ, findings), desk.registry, findings, as_written=False)


def test_each_test_is_read_with_one_share_and_one_of_no_route_with_the_first(desk: Desk) -> None:
    looked = look(desk, HEAD + TESTS)
    routes = list(looked.found.routes.values())
    first, second = looked.share(routes[:1]), looked.share(routes[1:])
    assert (first.tests, first.named) == (2, {"used.out", "used-pos.out"})
    assert (second.tests, second.named) == (1, {"used-pos.out"})
    assert ["nothing" in problem.message for problem in errors(first.problems)] == [True]
    assert errors(second.problems) == []


def test_a_share_says_only_what_is_wrong_with_its_routes(desk: Desk) -> None:
    looked = look(desk, HEAD + WRONG)
    routes = list(looked.found.routes.values())
    assert [looked.share([route]).problems != [] for route in routes] == [False, True]


def test_a_table_of_some_routes_makes_others_when_they_are_asked_for(desk: Desk) -> None:
    looked = look(desk, HEAD)
    table, _, _ = looked.at(list(looked.found.routes.values())[:1], follows=True)
    assert list(table.routes) == ["used", "used-pos"]
    found = table.target("used-pos.out")
    assert found is not None
    assert found.send.connection == "out"
