from __future__ import annotations

from typing import Any

import pytest

from router.message import Envelope, Message, utc_now
from router.route import Otherwise, RetryPolicy
from tests.router.config.desk import HEAD, Desk, brief

OUT = "{id: out, send: {folder: out, name: a.json}}"


def test_an_http_source_with_its_defaults(desk: Desk) -> None:
    source = desk.build(HEAD).routes["used"].source
    assert source.kind == "http"
    assert source.connection is None
    assert source.options == {
        "http": "/used",
        "method": "POST",
        "clients": ["web-shop"],
        "reply": "accepted",
        "timeout": 10.0,
        "late": "cancel",
        "max_body": 16_777_216,
        "refuse": True,
    }


def test_a_folder_source_with_its_defaults(desk: Desk) -> None:
    options = dict(desk.build(HEAD).routes["used-pos"].source.options)
    assert options.pop("done").source == "archive/{{ message.received_at | date }}"
    assert options == {
        "folder": "pos",
        "files": "*.used",
        "ready": {"unchanged_for": 2.0},
        "ignore": ["*.part", ".*"],
        "order": "name",
        "failed": "failed",
        "duplicates": "skip",
    }


def test_other_ways_to_be_ready_and_done(desk: Desk) -> None:
    def options(text: str) -> Any:
        return desk.build_route(f"from: {{folder: pos, files: x, {text}}}\nto: [{OUT}]\n").routes["r"].source.options

    assert options("ready: {marker: '{{ file.name }}.ok'}")["ready"]["marker"].source == "{{ file.name }}.ok"
    assert options("ready: at_once, done: delete")["ready"] == "at_once"
    assert options("done: delete")["done"] == "delete"


def test_a_target_gets_the_default_policies_key_by_key(desk: Desk) -> None:
    table = desk.build(
        HEAD
        + f"""\
  r:
    from: {{http: /r, clients: anyone}}
    order_by: body.store
    to:
      - {OUT}
      - {{id: b, retry: {{for: 7d, attempts: 3}}, order_by: body.x, when_dead: skip, send: {{http: erp, path: /x}}}}
defaults:
  retry: {{first: 1s, jitter: 10%, errors: [timeout, 503]}}
  when_dead: hold
"""
    )
    first, second = table.routes["r"].targets
    assert first.retry == RetryPolicy(first=1.0, jitter=0.1, errors=("timeout", "503"))
    assert second.retry == RetryPolicy(first=1.0, jitter=0.1, errors=("timeout", "503"), for_=604_800.0, attempts=3)
    assert (first.when_dead, second.when_dead) == ("hold", "skip")
    assert [t.order_by.source for t in (first, second)] == ["body.store", "body.x"]  # type: ignore[union-attr]
    assert table.routes["used"].targets[0].retry.first == 1.0


def test_what_send_gets(desk: Desk) -> None:
    table = desk.build_route("""\
        from: {http: /r, clients: anyone}
        to:
          - id: a
            send: {http: erp, path: "/{{ body.x }}", query: {q: 5}, headers: {x-a: "{{ body.y }}"}, ok_when: reply.ok}
        """)
    send = table.routes["r"].targets[0].send
    assert (send.kind, send.connection) == ("http", "erp")
    assert send.options["path"].source == "encoded /{{ body.x }}"
    assert send.options["query"]["q"].source == "5"
    assert send.options["headers"]["x-a"].source == "{{ body.y }}"
    assert send.options["ok_when"].source == "reply.ok"
    assert {name: send.options[name] for name in ("method", "ok", "idempotency")} == {
        "method": "POST",
        "ok": ["200-299"],
        "idempotency": "Idempotency-Key",
    }
    assert send.prepare(Message(Envelope("m", "r", "/r", utc_now()), {})) == ("http", "a")


@pytest.mark.parametrize(
    ("route", "target", "content_type"),
    [
        ("", "", ""),
        ("", "format: csv,", "application/csv"),
        ("template: t", "", "application/xml"),
        ("", "steps: [{template: t}],", "application/xml"),
        ("template: t", "steps: [{filter: x}],", "application/xml"),
        ("template: t", "steps: [{map: {fields: {}}}],", ""),
    ],
)
def test_the_content_type_is_the_formats_or_the_last_templates(
    desk: Desk, route: str, target: str, content_type: str
) -> None:
    desk.write("transforms/templates/t", "x")
    steps = f"steps: [{{{route}}}]\n" if route else ""
    text = f"from: {{http: /r, clients: anyone}}\n{steps}to: [{{id: a, {target} send: {{folder: out, name: x}}}}]\n"
    table = desk.build_route(text)
    assert table.routes["r"].targets[0].content_type == content_type
    assert desk.registry.targets["folder"].prepared[-1][1:] == (content_type, "a")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("last", "otherwise", "ids"),
    [
        ("{dead: why}", Otherwise("dead", "why"), ["a"]),
        ("{ignore: 404}", Otherwise("ignore", "404"), ["a"]),
        ("{id: b, send: {folder: out, name: x}}", Otherwise("target", "b"), ["a", "b"]),
    ],
)
def test_otherwise(desk: Desk, last: str, otherwise: Otherwise, ids: list[str]) -> None:
    route = desk.build_route(f"""\
        from: {{http: /r, clients: anyone}}
        to: [{{id: a, when: body.x, send: {{folder: out, name: x}}}}, {{otherwise: {last}}}]
        """).routes["r"]
    assert route.otherwise == otherwise
    assert [t.id for t in route.targets] == ids
    assert not route.static


def test_the_codec_is_named_or_chosen(desk: Desk) -> None:
    routes = desk.build_route(f"from: {{http: /r, clients: anyone}}\nformat: csv\nto: [{OUT}]\n").routes
    assert routes["r"].codec is not None
    assert routes["r"].codec.name == "csv"
    assert routes["r"].choose_codec is None
    assert routes["used"].codec is None
    choose = routes["used"].choose_codec
    assert choose is not None
    assert choose("application/json", None).name == "json"


def test_a_format_without_records_cannot_be_split_by_them(desk: Desk) -> None:
    problems = desk.route(
        f"from: {{http: /r, clients: anyone}}\nformat: json\nsteps: [{{split: records}}]\nto: [{OUT}]\n"
    )
    assert brief(problems) == [("E0610", 18, 21, "routes.r.steps[0].split")]
    assert problems[0].hint == "write {by: body}, or another expression that gives a list"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "{id: a, collect: message, send: {sql: db, table: t, conflict: [a]}}",
            "a target of the kind 'sql' cannot collect",
        ),
        (
            "{id: a, collect: message, format: xml, send: {folder: out, name: x}}",
            "the format 'xml' cannot hold many records",
        ),
    ],
)
def test_not_everything_can_collect(desk: Desk, target: str, message: str) -> None:
    problems = desk.route(
        f"from: {{folder: pos, files: x}}\nformat: csv\nsteps: [{{split: records}}]\nto: [{target}]\n"
    )
    [problem] = [p for p in problems if p.code != "E0501"]  # there is no connection 'db'
    assert (problem.code, problem.path) == ("E0611", "routes.r.to[0].collect")
    assert message in problem.message
