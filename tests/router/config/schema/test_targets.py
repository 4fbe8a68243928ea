from __future__ import annotations

import pytest

from tests.router.config.desk import Desk

ROUTE = """\
from: {{http: /r, clients: anyone}}
to:
  - {}
"""
HTTP = "{{id: a, send: {{http: erp, path: /x, {}}}}}"


@pytest.mark.parametrize(
    ("text", "code", "column", "path", "hint"),
    [
        ("{send: {http: erp, path: /x}}", "E0202", 9, ".id", ""),
        ("{id: A, send: {http: erp, path: /x}}", "E0204", 14, ".id", "for example 'a'"),
        ("{id: a}", "E0202", 9, ".send", ""),
        ("{id: a, sned: {http: erp}}", "E0201", 17, ".sned", "did you mean 'send'?"),
        ("{id: a, send: {htpp: erp}}", "E0201", 24, ".send.htpp", "did you mean 'http'?"),
        ("{id: a, send: {http: erp}}", "E0202", 17, ".send.path", ""),
        ("{id: a, send: {folder: out}}", "E0202", 17, ".send.name", ""),
        ("{id: a, send: {http: erp, path: x}}", "E0204", 41, ".send.path", "write /x"),
        ("{id: a, send: {http: erp, path: '/x?a=1'}}", "E0204", 41, ".send.path", "query"),
        ("{id: a, send: {folder: out, name: a/b}}", "E0204", 43, ".send.name", ""),
        ("{id: a, send: {folder: out, name: .b}}", "E0204", 43, ".send.name", ""),
        ("{id: a, send: {folder: out, name: x, exists: skip}}", "E0204", 54, ".send.exists", ""),
        (HTTP.format("ok: [2xx]"), "E0204", 50, ".send.ok[0]", 'write "200-299"'),
        (HTTP.format("ok: [299-200]"), "E0204", 50, ".send.ok[0]", ""),
        (HTTP.format("idempotency: X-Key"), "E0204", 58, ".send.idempotency", ""),
        (HTTP.format("query: [a]"), "E0203", 52, ".send.query", ""),
        (HTTP.format("headers: {'a b': x}"), "E0204", 55, ".send.headers.a b", ""),
        (HTTP.format("retry: {}"), "E0201", 45, ".send.retry", ""),
        ("{id: a, collect: all, send: {folder: out, name: x}}", "E0204", 26, ".collect", ""),
        ("{id: a, fallback: {}, send: {folder: out, name: x}}", "E0202", 17, ".fallback.send", ""),
        ("{id: a, fallback: {send: {folder: out}}, send: {folder: out, name: x}}", "E0202", 28, ".fallback.send.name", ""),
        ("{id: a, format: fixed, send: {folder: out, name: x}}", "E0202", 17, ".format.layout", ""),
        ("{id: a, order_by: , send: {folder: out, name: x}}", "E0203", 17, ".order_by", ""),
        ("{id: a, retry: {for: x}, send: {folder: out, name: x}}", "E0204", 30, ".retry.for", ""),
        ("out", "E0203", 9, "", "for example"),
    ],
)
def test_a_wrong_target(desk: Desk, text: str, code: str, column: int, path: str, hint: str) -> None:
    [problem] = desk.route(ROUTE.format(text))
    assert (problem.code, problem.line, problem.column, problem.path) == (code, 18, column, f"routes.r.to[0]{path}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("collect", "send", "code", "path"),
    [
        ("{}", "{folder: out, name: x}", "E0202", "collect.records"),
        ("{records: 0}", "{folder: out, name: x}", "E0204", "collect.records"),
        ("{records: 5, within: soon}", "{folder: out, name: x}", "E0204", "collect.within"),
        ("{records: 5, failed: reply.body.bad}", "{folder: out, name: x}", "E0611", "collect.failed"),
        ("{message: 5}", "{folder: out, name: x}", "E0201", "collect.message"),
    ],
)
def test_a_wrong_array(desk: Desk, collect: str, send: str, code: str, path: str) -> None:
    problems = desk.route(ROUTE.format(f"{{id: a, collect: {collect}, send: {send}}}"))
    assert (code, f"routes.r.to[0].{path}") in [(p.code, p.path) for p in problems]


def test_arrays_need_no_split(desk: Desk) -> None:
    collect = "{records: 5, within: 200ms, failed: reply.body.bad}"
    assert desk.route(ROUTE.format(f"{{id: a, collect: {collect}, send: {{http: erp, path: /x}}}}")) == []


def test_a_collected_file_has_no_fallback(desk: Desk) -> None:
    target = "{id: a, collect: message, fallback: {send: {http: erp, path: /x}}, send: {folder: out, name: x}}"
    assert "E0612" in [p.code for p in desk.route(ROUTE.format(target))]


@pytest.mark.parametrize(
    ("text", "code", "column", "path"),
    [
        ("{otherwise: {dead: }}", "E0203", 22, ".otherwise.dead"),
        ("{otherwise: {ded: x}}", "E0201", 22, ".otherwise.ded"),
        ("{otherwise: {dead: x, ignore: y}}", "E0206", 31, ".otherwise.ignore"),
        ("{otherwise: {dead: x}, when: y}", "E0207", 32, ".when"),
        ("{otherwise: {id: b, when: y, send: {folder: out, name: x}}}", "E0201", 29, ".otherwise.when"),
        ("{otherwise: {id: b, send: {folder: out}}}", "E0202", 29, ".otherwise.send.name"),
        ("{otherwise: dead}", "E0203", 21, ".otherwise"),
    ],
)
def test_a_wrong_otherwise(desk: Desk, text: str, code: str, column: int, path: str) -> None:
    target = "{id: a, when: body.x, send: {folder: out, name: x}}"
    [problem] = desk.route(ROUTE.format(target) + f"  - {text}\n")
    assert (problem.code, problem.line, problem.column, problem.path) == (code, 19, column, f"routes.r.to[1]{path}")


def test_a_single_status_needs_no_list(desk: Desk) -> None:
    table = desk.build_route(ROUTE.format(HTTP.format("ok: 204")))
    assert table.routes["r"].targets[0].send.options["ok"] == ["204"]
