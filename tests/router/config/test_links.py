from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk, brief

OUT = "to: [{id: out, send: {folder: out, name: a.json}}]\n"


@pytest.mark.parametrize(
    ("source", "code", "path", "hint"),
    [
        ("{folder: poss, files: x}", "E0501", "from.folder", "did you mean 'pos'?"),
        ("{folder: erp, files: x}", "E0502", "from.folder", "one of: pos, out"),
        ("{http: /r, clients: [web-shp]}", "E0503", "from.clients[0]", "did you mean 'web-shop'?"),
        ("{http: /used, clients: anyone}", "E0504", "from.http", "another method"),
    ],
)
def test_names_that_lead_nowhere(desk: Desk, source: str, code: str, path: str, hint: str) -> None:
    [problem] = desk.route(f"from: {source}\n{OUT}")
    assert (problem.code, problem.line, problem.path) == (code, 16, f"routes.r.{path}")
    assert hint in problem.hint


def test_the_target_of_an_otherwise_is_followed_too(desk: Desk) -> None:
    problems = desk.route("""\
        from: {http: /r, clients: anyone}
        to:
          - {id: a, when: body.x, send: {http: erp, path: /x}}
          - otherwise: {id: b, send: {http: epr, path: /x}}
        """)
    assert brief(problems) == [("E0501", 19, 41, "routes.r.to[1].otherwise.send.http")]


def test_two_routes_share_a_path_with_different_methods(desk: Desk) -> None:
    assert desk.route(f"from: {{http: /used, method: PUT, clients: anyone}}\n{OUT}") == []


def test_parameters_make_no_other_path(desk: Desk) -> None:
    text = HEAD + "".join(
        f"  {id}:\n    from: {{http: '/a/{{{id}}}', clients: anyone}}\n    {OUT}" for id in ("x", "y")
    )
    assert brief(desk.check(text)) == [("E0504", 19, 18, "routes.y.from.http")]


def test_two_routes_that_take_the_same_files(desk: Desk) -> None:
    [problem] = desk.route(f'from: {{folder: pos, files: "*.used"}}\n{OUT}')
    assert (problem.level, problem.code, problem.path) == ("warning", "W0507", "routes.r.from.files")


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ("{amqp: bus, queue: q}", "{amqp: bus, queue: q}", "queue"),
        ("{redis: bus, stream: q}", "{redis: bus, stream: q}", "stream"),
        ("{redis: bus, stream: q, group: a}", "{redis: bus, stream: q, group: b}", ""),
        ("{amqp: bus, queue: q}", "{amqp: bus, queue: p}", ""),
    ],
)
def test_two_routes_that_share_a_queue(desk: Desk, first: str, second: str, path: str) -> None:
    text = HEAD + "".join(f"  {id}:\n    from: {one}\n    {OUT}" for id, one in (("x", first), ("y", second)))
    found = [p.path for p in desk.check(text) if p.code == "W0507"]
    assert found == ([f"routes.y.from.{path}"] if path else [])


def test_what_nobody_uses_is_advice(desk: Desk) -> None:
    problems = desk.check(HEAD.replace("clients: [web-shop]", "clients: anyone").replace("folder: pos", "folder: out"))
    assert [(p.level, p.path) for p in problems if p.code == "A0508"] == [
        ("advice", "connections.pos"),
        ("advice", "clients.web-shop"),
    ]


def test_clients_are_told_apart_by_their_tokens(desk: Desk) -> None:
    problems = desk.head("clients:\n", 'clients:\n  other: {token: "${env:SHOP_TOKEN}"}\n')
    assert [(p.code, p.path) for p in problems] == [("A0508", "clients.other"), ("E0505", "clients.web-shop.token")]


def test_signing_clients_are_told_apart_by_scheme_and_secret(desk: Desk) -> None:
    one = 'verify: {scheme: %s, secret: "${env:SHOP_TOKEN}"}'
    problems = desk.head("clients:\n", f"clients:\n  a: {{{one % 'shopify'}}}\n  b: {{{one % 'shopify'}}}\n")
    [problem] = [p for p in problems if p.level == "error"]
    assert (problem.code, problem.path) == ("E0505", "clients.b.verify.secret")
    assert "the client 'a' has the same secret: nobody could tell them apart" in problem.message
    assert "secret" in problem.hint


@pytest.mark.parametrize(
    ("change", "to", "path", "column"),
    [
        ('token: "${env:SHOP_TOKEN}"', "token: abc", "clients.web-shop.token", 21),
        ('url: "http://erp.test"', 'url: "http://erp.test", auth: {bearer: abc}', "connections.erp.auth.bearer", 60),
        ('url: "http://erp.test"', 'url: "http://u:p@erp.test"', "connections.erp.url", 26),
    ],
)
def test_a_secret_in_plain_text(desk: Desk, change: str, to: str, path: str, column: int) -> None:
    [problem] = desk.head(change, to)
    assert (problem.level, problem.code, problem.path, problem.column) == ("warning", "W0506", path, column)
    assert "${secret:" in problem.hint
