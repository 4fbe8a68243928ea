from __future__ import annotations

import textwrap
from dataclasses import replace

from router.errors import ExpressionSyntaxError
from router.registry import Registry
from tests.router.config.desk import HEAD, Desk, FakeExpression, brief

B = "{id: b, send: {folder: out, name: b}}"
SOURCE = "from: {http: /r, clients: anyone}\n"


def test_an_expression_that_cannot_be_read(desk: Desk) -> None:
    [problem] = desk.route(SOURCE + f"order_by: body.x ==\nto: [{B}]\n")
    assert (problem.code, problem.line, problem.column, problem.path) == ("E0401", 17, 15, "routes.r.order_by")
    assert problem.message == (
        "order_by of route 'r': the expression 'body.x ==' cannot be read (at character 8): "
        "something is missing after '=='"
    )


def test_a_template_that_cannot_be_read(desk: Desk) -> None:
    problems = desk.route(SOURCE + "to: [{id: b, send: {folder: out, name: 'b{{ x'}}]\n")
    assert brief(problems) == [("E0401", 17, 44, "routes.r.to[0].send.name")]


def test_a_word_in_lone_braces_is_a_warning(desk: Desk) -> None:
    [problem] = desk.route(SOURCE + "to: [{id: b, send: {folder: out, name: 'b{id}'}}]\n")
    assert (problem.level, problem.code) == ("warning", "W0404")
    assert problem.hint == "write '{{ body.id }}' for a value"


def test_a_content_file_that_is_missing_is_said_where_it_is_named(desk: Desk) -> None:
    desk.write("transforms/templates/order.xml.j2", "x")
    [problem] = desk.route(SOURCE + f"steps: [{{template: ordr.xml.j2}}]\nto: [{B}]\n")
    assert (problem.code, problem.file, problem.line, problem.column) == ("E0402", "routes.yaml", 17, 24)
    assert problem.hint == "did you mean 'order.xml.j2'?"


def test_a_content_file_that_does_not_compile_is_said_in_it_once(desk: Desk) -> None:
    desk.write("transforms/templates/t", "x\n  BROKEN\n")
    [problem] = desk.route(SOURCE + f"steps: [{{template: t}}, {{template: t}}]\nto: [{B}]\n")
    assert problem.place == ("transforms/templates/t", 2, 3)
    assert problem.path == "routes.r.steps[0].template"


def test_the_wrong_one_of_many_expressions_is_found(desk: Desk) -> None:
    [problem] = desk.route(SOURCE + f'steps: [{{set: {{"body.a": b, "body.c": "d =="}}}}]\nto: [{B}]\n')
    assert (problem.column, problem.path) == (43, "routes.r.steps[0].set.body.c")


def test_a_mistake_in_an_inline_map_is_at_its_field(desk: Desk, registry: Registry) -> None:
    class MapMistake(ExpressionSyntaxError):
        path = "lines[N].amount"

    def refuse(value: object, content: object) -> object:
        raise MapMistake("amount is wrong")

    desk.registry = replace(registry, steps={**registry.steps, "map": refuse})  # type: ignore[dict-item]
    problems = desk.route(
        SOURCE
        + f"""\
steps:
  - map:
      fields:
        lines: {{each: line in body.lines, fields: {{a: line.a, amount: line.b}}}}
to: [{B}]
"""
    )
    assert brief(problems) == [("E0403", 20, 75, "routes.r.steps[0].map.fields.lines.fields.amount")]


def test_whatever_content_raises_is_a_problem(desk: Desk, registry: Registry) -> None:
    def explode(value: object, content: object) -> object:
        raise ZeroDivisionError("in a schema")

    desk.registry = replace(registry, steps={**registry.steps, "map": explode})  # type: ignore[dict-item]
    [problem] = desk.route(SOURCE + f"steps: [{{map: m}}]\nto: [{B}]\n")
    assert (problem.code, problem.message) == ("E0403", "steps[0].map of route 'r': in a schema")


def test_what_the_registry_does_not_have_is_not_yet_there(desk: Desk, registry: Registry) -> None:
    desk.registry = replace(registry, steps={}, codecs={}, targets={}, sources=())
    problems = desk.route(SOURCE + f"format: csv\nsteps: [{{map: m}}]\nto: [{B}]\n")
    assert {p.code for p in problems} == {"E0205"}


def test_the_same_text_is_compiled_once_for_each_set_of_prefixes(desk: Desk, registry: Registry) -> None:
    made: list[str] = []

    def expression(text: str) -> FakeExpression:
        made.append(text)
        return FakeExpression(text)

    desk.registry = replace(registry, expression=expression)
    route = SOURCE + "format: {xml: {namespaces: {p: urn:%s}}}\nkeys: {a: body.k, b: body.k}\nto: [%s]\n"
    first, second = route % ("one", B), (route % ("two", B)).replace("/r", "/s")
    text = textwrap.indent(first, "    ") + "  s:\n" + textwrap.indent(second, "    ")
    assert desk.check(HEAD + "  r:\n" + text) == []
    assert made.count("body.k") == 2
