from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk, brief


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("E0202", 1, 1, "version")]),
        ("version: 2\n", [("E0204", 1, 10, "version")]),
        ("version: '1'\n", [("E0204", 1, 10, "version")]),
        ("version: 1\nrutes: {}\n", [("E0201", 2, 1, "rutes")]),
        ("version: 1\ntests: []\n", [("E0203", 2, 8, "tests")]),
        ("version: 1\nroutes: []\n", [("E0203", 2, 9, "routes")]),
        ("version: 1\nroutes:\n  r:\n", [("E0203", 3, 3, "routes.r")]),
        ("- a\n", [("E0203", 1, 1, "")]),
        ("text\n", [("E0203", 1, 1, "")]),
        ("version: 1\ninclude: routes/*.yaml\n", [("E0203", 2, 10, "include")]),
        ("version: 1\nroutes: {r: {}}\n", [("E0202", 2, 10, "routes.r.from"), ("E0202", 2, 10, "routes.r.to")]),
    ],
)
def test_a_wrong_file(desk: Desk, text: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert brief(desk.check(text)) == expected


def test_keys_that_begin_with_x_are_ignored(desk: Desk) -> None:
    assert desk.check('x-whatever: {a: "${nonsense}"}\n' + HEAD) == []


def test_a_route_with_all_its_keys(desk: Desk) -> None:
    assert (
        desk.route("""\
        about: Everything
        owner: 42
        enabled: false
        from: {http: /r, clients: anyone}
        format: json
        keys: {order_no: body.order_no, c-1: body.x}
        steps: []
        order_by: body.store
        match: first
        to:
          - {id: a, when: body.x, order_by: body.y, when_dead: hold, retry: {attempts: 3}, send: {http: erp, path: /a}}
          - otherwise: {ignore: 404}
        """)
        == []
    )


@pytest.mark.parametrize(
    ("line", "code", "column", "path"),
    [
        ("keys: {Order: body.x}", "E0204", 12, "keys.Order"),
        ("match: any", "E0204", 12, "match"),
        ("enabled: yes", "E0203", 14, "enabled"),
        ("stepps: []", "E0201", 5, "stepps"),
        ("format:", "E0203", 5, "format"),
    ],
)
def test_a_wrong_key_of_a_route(desk: Desk, line: str, code: str, column: int, path: str) -> None:
    route = f"from: {{http: /r, clients: anyone}}\n{line}\nto: [{{id: a, send: {{http: erp, path: /a}}}}]\n"
    assert brief(desk.route(route)) == [(code, 17, column, f"routes.r.{path}")]
