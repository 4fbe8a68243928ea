from __future__ import annotations

import pytest

from tests.router.config.desk import Desk

ROUTE = """\
from: {{http: /r, clients: anyone}}
format: csv
steps:
  - {}
to: [{{id: x, send: {{folder: out, name: x}}}}]
"""


@pytest.mark.parametrize(
    ("text", "code", "column", "path", "hint"),
    [
        ("validat: a.B", "E0201", 9, ".validat", "did you mean 'validate'?"),
        ("python: f", "E0204", 17, ".python", ""),
        ("python: {call: a.f, pure: maybe}", "E0203", 35, ".python.pure", ""),
        ("python: {pure: true}", "E0202", 9, ".python.call", ""),
        ("validate: WebOrder", "E0204", 19, ".validate", ""),
        ("validate: {schema: a.B, unknown: keep}", "E0204", 42, ".validate.unknown", ""),
        ("validate: {unknown: raise}", "E0202", 9, ".validate.schema", ""),
        ("dedupe: body.x", "E0203", 17, ".dedupe", ""),
        ("dedupe: {within: 7d}", "E0202", 9, ".dedupe.key", ""),
        ("dedupe: {key: body.x, within: 7 days}", "E0204", 39, ".dedupe.within", "write 7d"),
        ("dedupe: {key: body.x, changed: ded}", "E0204", 40, ".dedupe.changed", "did you mean 'dead'?"),
        ("map: order.yaml", "E0204", 14, ".map", "write order"),
        ("map: {feilds: {}}", "E0201", 15, ".map.feilds", "did you mean 'fields'?"),
        ("map: {fields: [], keep: all}", "E0203", 23, ".map.fields", ""),
        ("template: ../x", "E0204", 19, ".template", ""),
        ("xslt: {stylesheet: x, param: {}}", "E0201", 31, ".xslt.param", "did you mean 'params'?"),
        ("set: {x: 1}", "E0204", 15, ".set.x", "write body.x"),
        ("set: {}", "E0207", 14, ".set", ""),
        ("filter: [a]", "E0203", 17, ".filter", ""),
        ("filter:", "E0203", 9, ".filter", ""),
        ("split: body.lines", "E0204", 16, ".split", "{by: body.lines}"),
        ("split: {by: body.x, bad: drop}", "E0204", 34, ".split.bad", ""),
        ("split: {group: []}", "E0203", 24, ".split.group", "at least one"),
        ("split: {keys: {Order: body.x}}", "E0204", 24, ".split.keys.Order", ""),
        ("filter: x\n    split: records", "E0206", 9, ".split", "remove 'split'"),
        ("filter: x\n    within: 7d", "E0201", 9, ".within", "below 'filter'"),
        ("{}", "E0202", 9, "", "one of: validate"),
        ("filter", "E0203", 9, "", "write {filter: …}"),
    ],
)
def test_a_wrong_step(desk: Desk, text: str, code: str, column: int, path: str, hint: str) -> None:
    [problem] = desk.route(ROUTE.format(text))
    assert (problem.code, problem.column, problem.path) == (code, column, f"routes.r.steps[0]{path}")
    assert problem.line == (20 if "\n" in text else 19)
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "validate: orders.WebOrder",
        "validate: {schema: orders.WebOrder, unknown: include}",
        "dedupe: {key: body.x, within: 7d, changed: deliver}",
        "map: {fields: {a: body.x, b: {const: 1}}}",
        "xslt: x.xsl",
        "xslt: {stylesheet: x.xsl, params: {a: body.x, b: 5}}",
        'set: {"body.x": 5, "headers.x-y": body.z, "body.n": null}',
        "filter: body.x == 1",
        "filter: true",
        "python: a.f",
        "python: {call: a.b.f, pure: true}",
        "split: records",
        "split: {by: body.lines, bad: reject}",
        "split: {bad: reject}",
    ],
)
def test_a_right_step(desk: Desk, text: str) -> None:
    assert desk.route(ROUTE.format(text)) == []


def test_scalars_are_expressions_too(desk: Desk) -> None:
    table = desk.build_route(
        ROUTE.format('set: {"body.a": 5, "body.b": 1.50, "body.c": true, "body.d": null, "body.e": "\'x\'"}')
    )
    assert table.routes["r"].steps[0].value == {  # type: ignore[union-attr]
        "body.a": "5",
        "body.b": "1.50",
        "body.c": "true",
        "body.d": "none",
        "body.e": "'x'",
    }


@pytest.mark.parametrize("verb", ["split: records", "dedupe: {key: body.x}"])
def test_some_steps_are_not_possible_at_a_target(desk: Desk, verb: str) -> None:
    [problem] = desk.route(f"""\
        from: {{http: /r, clients: anyone}}
        to: [{{id: x, steps: [{{{verb}}}], send: {{folder: out, name: x}}}}]
        """)
    assert "is not possible at a target" in problem.message
    assert problem.column == 27
