"""Mistakes in tests: each is an error of the checker, where it stands, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.registry import registry
from router.config.check import check
from tests.adapters.testing.shelf import Shelf

ROUTES = """
orders:
  from: {http: /orders, method: POST, clients: [web-shop], reply: accepted}
  to:
    - {id: erp, send: {http: erp, path: /orders}}
    - {id: lake, send: {folder: outbox, name: x.json}}
    - {id: next, send: {route: second}}
second:
  from: {route: true}
  to: [{id: stream, send: {redis: events, stream: s}}]
files:
  from: {folder: inbox, files: "A_*.csv"}
  to: [{id: lake, send: {folder: outbox, name: "{{ file.name }}"}}]
"""
TEST = """
t:
  route: {route}
  given: {given}
  replies: {replies}
  expect: {expect}
"""


@pytest.mark.parametrize(
    ("change", "line", "message", "hint"),
    [
        ({"route": "order"}, 2, "there is no route 'order'", "did you mean 'orders'?"),
        ({"given": "{client: web}"}, 3, "the client 'web' may not call the route 'orders'", "web-shop"),
        ({"given": "{body: '@samples/orde.json'}"}, 3, "there is no file transforms/samples/orde.json", "samples/order.json"),
        ({"given": "{file: samples/order.json, body: x}"}, 3, "cannot stand together", "remove one"),
        ({"given": "{bodi: x}"}, 3, "unknown field 'bodi'", "did you mean 'body'?"),
        ({"given": "[{body: x}, {heders: {}}]"}, 3, "unknown field 'heders'", "did you mean 'headers'?"),
        ({"route": "files", "given": "{file: samples/order.json}"}, 3, "files that are named like A_*.csv", "say 'name'"),
        ({"replies": "{erb: [503]}"}, 4, "has no target 'erb'", "did you mean 'erp'?"),
        ({"replies": "{erp: [503, timout]}"}, 4, "'timout' is not accepted", "did you mean 'timeout'?"),
        ({"replies": "{erp: [returned]}"}, 4, "does not reply 'returned'", "ok, a status, timeout, connect, reset"),
        ({"replies": "{erp: [99]}"}, 4, "from 100 to 599", ""),
        ({"replies": "{lake: [503]}"}, 4, "has no statuses", "ok, timeout, connect, io"),
        ({"replies": "{lake: [reset]}"}, 4, "does not reply 'reset'", "ok, timeout, connect, io"),
        ({"replies": "{next: [io]}"}, 4, "is a route of this project", "second.TARGET"),
        ({"replies": "{second.strem: [io]}"}, 4, "has no target 'second.strem'", "did you mean 'second.stream'?"),
        ({"replies": "{'erp:fallback': [ok]}"}, 4, "has no fallback", ""),
        ({"replies": "{erp: {status: 200, boddy: 1}}"}, 4, "unknown field 'boddy'", "did you mean 'body'?"),
        ({"expect": "{targets: {lak: {calls: 1}}}"}, 5, "has no target 'lak'", "did you mean 'lake'?"),
        ({"expect": "{targets: {lake: {headers: {a: b}}}}"}, 5, "sends no headers", "remove it"),
        ({"expect": "{targets: {lake: {body: '@samples/no.xml'}}}"}, 5, "there is no file", ""),
        ({"expect": "{targets: {lake: {call: 1}}}"}, 5, "unknown field 'call'", "did you mean 'calls'?"),
        ({"expect": "{state: delivred}"}, 5, "'delivred' is not accepted", "did you mean 'delivered'?"),
        ({"expect": "{}"}, 5, "it expects nothing", "state: delivered"),
        ({"expect": "{after: {at_most: 30}}"}, 5, "a duration has a unit", "write 30s"),
        ({"route": "files", "expect": "{answer: {status: 202}}"}, 5, "nobody is answered", "remove it"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_where_it_stands(
    tmp_path: Path, change: dict[str, str], line: int, message: str, hint: str
) -> None:
    values = {"route": "orders", "given": "{body: x}", "replies": "{}", "expect": "{state: delivered}"} | change
    text = TEST
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    shelf = Shelf(tmp_path, ROUTES, text, {"samples/order.json": "{}"})
    found = shelf.problems()
    assert len(found) == 1, found
    _, at, said, told = found[0]
    assert (at, message in said, hint in told) == (line, True, True), found


def test_tests_stand_in_included_files_too_and_their_names_are_unique(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, ROUTES, "t: {route: orders, given: {body: x}, expect: {state: delivered}}")
    config = shelf.folder / "routes.yaml"
    config.write_text(config.read_text().replace("version: 1\n", 'version: 1\ninclude: ["more.yaml"]\n'))
    (shelf.folder / "more.yaml").write_text(
        "tests:\n  u: {route: second, given: {body: y}, expect: {state: delivered}}\n"
        "  t: {route: second, given: {body: y}, expect: {state: delivered}}\n"
    )
    problems = [p for p in check(shelf.project(), registry(), {}) if p.level == "error"]
    assert [(p.file, p.line, p.message) for p in problems] == [
        ("more.yaml", 3, "test 't': the test 't' stands in routes.yaml, line 26, already")
    ]


def test_targets_that_no_test_names_are_advice_once_there_are_tests(tmp_path: Path) -> None:
    def advice(tests: str) -> list[str]:
        found = check(Shelf(tmp_path, ROUTES, tests).project(), registry(), {})
        return [p.path for p in found if p.code == "A0710"]

    assert advice("") == []
    named = advice("t: {route: orders, given: {body: x}, replies: {erp: [503]}, expect: {targets: {lake: {calls: 1}}}}")
    assert named == ["routes.orders.to[2]", "routes.second.to[0]", "routes.files.to[0]"]
