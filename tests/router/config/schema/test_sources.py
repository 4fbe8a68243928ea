from __future__ import annotations

import pytest

from tests.router.config.desk import Desk

ROUTE = """\
from: {}
to: [{{id: x, send: {{folder: out, name: x}}}}]
"""


@pytest.mark.parametrize(
    ("text", "code", "column", "path", "hint"),
    [
        ("{htp: /x}", "E0201", 12, ".htp", "did you mean 'http'?"),
        ("{amqp: bus}", "E0202", 5, ".queue", ""),
        ("{amqp: bus, queue: x, prefetch: 0}", "E0204", 43, ".prefetch", ""),
        ("{redis: bus}", "E0202", 5, ".stream", ""),
        ("{route: orders}", "E0204", 19, ".route", "{route: ID}"),
        ("{http: /x, folder: pos}", "E0206", 22, ".folder", "remove 'folder'"),
        ("{}", "E0202", 11, "", "one of: http, folder"),
        ("http", "E0203", 11, "", "write {http: …}"),
        ("{http: /x}", "E0202", 5, ".clients", ""),
        ("{http: x, clients: anyone}", "E0204", 18, ".http", "write /x"),
        ("{http: '/a/{b', clients: anyone}", "E0204", 18, ".http", "write /{name}/"),
        ("{http: '/{a}/{a}', clients: anyone}", "E0204", 18, ".http", ""),
        ("{http: '/a?b', clients: anyone}", "E0204", 18, ".http", ""),
        ("{http: /x, clients: anyon}", "E0203", 31, ".clients", "did you mean 'anyone'?"),
        ("{http: /x, clients: []}", "E0203", 31, ".clients", "at least one"),
        ("{http: /x, clients: anyone, method: post}", "E0204", 47, ".method", "did you mean 'POST'?"),
        ("{http: /x, clients: anyone, reply: results}", "E0204", 46, ".reply", "did you mean 'result'?"),
        ("{http: /x, clients: anyone, timeout: 5s}", "E0207", 39, ".timeout", "reply: result"),
        ("{http: /x, clients: anyone, late: cancel}", "E0207", 39, ".late", "reply: result"),
        ("{http: /x, clients: anyone, max_body: 16MB}", "E0204", 49, ".max_body", "write 16MiB"),
        ("{http: /x, clients: anyone, refuse: 'false'}", "E0203", 47, ".refuse", ""),
        ("{http: /x, clients: anyone, files: x}", "E0201", 39, ".files", ""),
        ("{folder: pos}", "E0202", 5, ".files", ""),
        ("{folder: pos, files: 'a/*'}", "E0204", 32, ".files", "connection's 'path'"),
        ("{folder: pos, files: x, ready: at_one}", "E0204", 42, ".ready", "did you mean 'at_once'?"),
        ("{folder: pos, files: x, ready: {unchanged: 2s}}", "E0201", 43, ".ready.unchanged", "unchanged_for"),
        ("{folder: pos, files: x, ready: {marker: done.ok}}", "E0207", 51, ".ready.marker", "file.name"),
        ("{folder: pos, files: x, done: ../x}", "E0204", 41, ".done", ""),
        ("{folder: pos, files: x, failed: '.'}", "E0204", 43, ".failed", ""),
        ("{folder: pos, files: x, failed: '{{ file.name }}'}", "E0203", 43, ".failed", ""),
        ("{folder: pos, files: x, duplicates: keep}", "E0204", 47, ".duplicates", ""),
        ("{folder: pos, files: x, order: modifed}", "E0204", 42, ".order", "did you mean 'modified'?"),
    ],
)
def test_a_wrong_source(desk: Desk, text: str, code: str, column: int, path: str, hint: str) -> None:
    [problem] = [p for p in desk.route(ROUTE.format(text)) if p.code != "E0501"]  # there is no connection 'bus'
    assert (problem.code, problem.line, problem.column, problem.path) == (code, 16, column, f"routes.r.from{path}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "{http: '/a/{b}/c', method: PUT, clients: [web-shop], max_body: 1MiB, refuse: false}",
        "{http: /x, clients: anyone, reply: result, timeout: 5s, late: deliver}",
        "{folder: pos, files: 'S_*.csv', ready: at_once, ignore: [], done: delete, duplicates: take}",
        "{folder: pos, files: x, ready: {marker: '{{ file.name }}.ok'}, done: 'a/{{ message.received_at | date }}'}",
    ],
)
def test_a_right_source(desk: Desk, text: str) -> None:
    assert desk.route(ROUTE.format(text)) == []
