"""`send` of queues, streams, tables and routes."""

from __future__ import annotations

import pytest

from tests.router.config.desk import Desk

ROUTE = """\
from: {{http: /r, clients: anyone}}
to:
  - {{id: a, send: {0}}}
"""


@pytest.mark.parametrize(
    ("text", "code", "path", "hint"),
    [
        ("{amqp: bus}", "E0202", ".queue", ""),
        ("{amqp: bus, queue: x, exchange: y}", "E0207", ".exchange", "remove one"),
        ("{amqp: bus, queue: x, routing_key: y}", "E0207", ".routing_key", "remove one"),
        ("{redis: bus}", "E0202", ".stream", ""),
        ("{redis: bus, stream: x, maxlen: 0}", "E0204", ".maxlen", ""),
        ("{sql: bus}", "E0202", ".table", ""),
        ("{sql: bus, table: t}", "E0202", ".conflict", "id_column"),
        ("{sql: bus, table: t, conflct: [a]}", "E0201", ".conflct", "did you mean 'conflict'?"),
        ("{sql: bus, table: t, conflict: [a], id_column: b}", "E0207", ".id_column", ""),
        ("{sql: bus, table: t, conflict: []}", "E0203", ".conflict", "at least one"),
        ("{sql: bus, table: t, statement: x}", "E0207", ".table", ""),
        ("{sql: bus, statement: x, columns: {a: body.a}}", "E0207", ".columns", ""),
        ("{sql: bus, table: t, id_column: a, params: {a: body.a}}", "E0207", ".params", ""),
        ("{route: 5}", "E0203", ".route", "quotes"),
    ],
)
def test_a_wrong_send(desk: Desk, text: str, code: str, path: str, hint: str) -> None:
    [problem] = [p for p in desk.route(ROUTE.format(text)) if p.code != "E0501"]  # there is no connection 'bus'
    assert (problem.code, problem.line, problem.path) == (code, 18, f"routes.r.to[0].send{path}")
    assert hint in problem.hint
