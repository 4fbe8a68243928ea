"""Templates where a text is taken as it stands."""

from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk, brief

SEND = """\
from: {{http: /r, clients: anyone}}
to:
  - {{id: a, send: {0}}}
"""
FROM = """\
from: {}
to: [{{id: x, send: {{folder: out, name: x}}}}]
"""


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ('{amqp: bus, queue: "q-{{ body.x }}"}', ".queue", "a target for each, with 'when'"),
        ('{amqp: bus, exchange: "{{ body.x }}", routing_key: "{{ body.x }}"}', ".exchange", "'routing_key'"),
        ('{redis: bus, stream: "s-{{ body.x }}"}', ".stream", "a target for each, with 'when'"),
        ('{redis: bus, stream: "{% if body.x %}s{% endif %}"}', ".stream", "with 'when'"),
        ('{redis: bus, stream: "{{ body.x"}', ".stream", "with 'when'"),
        ('{sql: bus, table: "t_{{ body.x }}", conflict: [a]}', ".table", "a target for each"),
        ('{sql: bus, table: t, conflict: [a, "{{ body.x }}"]}', ".conflict[1]", ""),
        ('{sql: bus, table: t, id_column: "{{ body.x }}"}', ".id_column", "delivery id"),
        ('{sql: bus, table: t, id_column: a, columns: {"{{ body.x }}": body.x}}', ".columns.{{ body.x }}", "only its value"),
        ('{http: h, path: /a, query: {"{{ body.x }}": "1"}}', ".query.{{ body.x }}", "only its value"),
    ],
)
def test_a_template_in_a_send(desk: Desk, text: str, path: str, hint: str) -> None:
    [problem] = [p for p in desk.route(SEND.format(text)) if p.code != "E0501"]  # there is no connection of it
    assert (problem.code, problem.path) == ("E0203", f"routes.r.to[0].send{path}")
    assert "is expected, not '" in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ('{amqp: bus, queue: "{{ body.x }}"}', ".queue", "a route for each"),
        ('{redis: bus, stream: "s-{{ message.id }}"}', ".stream", "a route for each"),
        ('{redis: bus, stream: s, group: "g-{{ message.id }}"}', ".group", "consumer group"),
        ('{folder: pos, files: "{{ message.received_at | date }}.csv"}', ".files", "SALES_*.csv"),
        ('{folder: pos, files: x, ignore: ["{{ file.name }}"]}', ".ignore[0]", "'*' is for what changes"),
        ('{folder: pos, files: x, failed: "{{ file.name }}"}', ".failed", "for example failed"),
    ],
)
def test_a_template_in_a_source(desk: Desk, text: str, path: str, hint: str) -> None:
    [problem] = [p for p in desk.route(FROM.format(text)) if p.code != "E0501"]
    assert (problem.code, problem.path) == ("E0203", f"routes.r.from{path}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{type: folder, path: "in/{{ body.x }}"}', ".path"),
        ('{type: http, url: "http://h/{{body.x}}"}', ".url"),
        ('{type: http, url: "http://h", headers: {X-Shop: "{{ body.x }}"}}', ".headers.X-Shop"),
        ('{type: amqp, url: "amqp://u:p{{w@h/{{body.x}}"}', ".url"),
    ],
)
def test_a_template_in_a_connection(desk: Desk, text: str, path: str) -> None:
    project = HEAD.replace("connections:\n", f"connections:\n  mine: {text}\n")
    [problem] = [p for p in desk.check(project) if p.level == "error"]
    assert (problem.code, problem.path) == ("E0203", f"connections.mine{path}")
    assert "{{w" not in problem.message


def test_a_value_never_becomes_a_part_of_a_statement(desk: Desk) -> None:
    statement = "update {{ body.table }} set a = :a where b = '{{1,2},{3,4}}'"
    text = '{{sql: bus, statement: "{}", params: {{a: body.a}}}}'.format
    said = [[p.code for p in desk.route(SEND.format(text(one))) if p.code != "E0501"]
            for one in (statement, statement.replace("{{ body.table }}", "t"))]  # fmt: skip
    assert said == [["E0204"], []]


def test_one_brace_is_a_part_of_a_name(desk: Desk) -> None:
    """Redis keeps streams with the same `{word}` on one node of a cluster."""
    text = SEND.format('{redis: bus, stream: "{stock}:events"}')
    assert brief([p for p in desk.route(text) if p.code != "E0501"]) == []
