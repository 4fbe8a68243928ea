from __future__ import annotations

import pytest

from tests.router.config.desk import Desk, brief

A = "{id: a, when: body.x, send: {folder: out, name: a}}"
B = "{id: b, send: {folder: out, name: b}}"
C = "{id: c, send: {http: erp, path: /c}}"
DEAD = '{otherwise: {dead: "no rule"}}'
SOURCE = "from: {http: /r, clients: anyone}\n"


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ([A], [("E0601", 17, 5, "to")]),
        ([A, DEAD], []),
        ([A, B], []),
        ([A, B, DEAD], [("E0602", 20, 10, "to[2].otherwise")]),
        ([DEAD], []),
        ([DEAD, A], [("E0603", 18, 10, "to[0].otherwise")]),
        ([A, DEAD, DEAD], [("E0603", 19, 10, "to[1].otherwise")]),
        ([B, B], [("E0604", 19, 14, "to[1].id")]),
        ([A, "{otherwise: {id: a, send: {folder: out, name: z}}}"], [("E0604", 19, 26, "to[1].otherwise.id")]),
    ],
)
def test_the_end_of_the_list(desk: Desk, to: list[str], expected: list[tuple[str, int, int, str]]) -> None:
    problems = desk.route(SOURCE + "to:\n" + "".join(f"  - {item}\n" for item in to))
    assert brief(problems) == [(code, line, column, f"routes.r.{path}") for code, line, column, path in expected]


def test_a_target_with_another_mistake_still_has_its_when(desk: Desk) -> None:
    problems = desk.route(SOURCE + "to:\n  - {id: a, when: 'body.x ==', send: {folder: out, name: a, exists: no}}\n")
    assert [p.code for p in problems] == ["E0601", "E0401", "E0204"]


def test_nothing_gets_behind_a_target_that_takes_all(desk: Desk) -> None:
    problems = desk.route(SOURCE + f"match: first\nto: [{B}, {C}]\n")
    assert brief(problems) == [("W0608", 18, 49, "routes.r.to[1]")]


@pytest.mark.parametrize(
    ("steps", "code", "path"),
    [
        ("{split: records}, {split: records}", "E0605", "steps[1].split"),
        ("{python: {call: a.f, pure: false}}, {split: records}", "E0613", "steps[0].python"),
    ],
)
def test_after_a_split(desk: Desk, steps: str, code: str, path: str) -> None:
    [problem] = desk.route(SOURCE + f"format: csv\nsteps: [{steps}]\nto: [{B}]\n")
    assert (problem.code, problem.path) == (code, f"routes.r.{path}")


def test_a_function_that_is_not_pure_stands_among_the_routes_steps(desk: Desk) -> None:
    step = "steps: [{python: {call: a.f, pure: false}}]"
    [problem] = desk.route(SOURCE + f"to: [{{id: b, {step}, send: {{folder: out, name: b}}}}]\n")
    assert (problem.code, problem.path) == ("E0613", "routes.r.to[0].steps[0].python")
    assert desk.route(SOURCE + f"{step}\nto: [{B}]\n") == []


def test_records_may_be_deduped_and_grouped(desk: Desk) -> None:
    steps = "{split: {by: records, group: [body.x], keys: {ticket: body.x}}}, {dedupe: {key: body.x}}"
    assert desk.route(SOURCE + f"format: csv\nsteps: [{steps}]\nto: [{B}]\n") == []


def test_only_what_was_split_is_collected(desk: Desk) -> None:
    target = "{id: b, collect: message, format: ndjson, send: {folder: out, name: b}}"
    assert brief(desk.route(SOURCE + f"to: [{target}]\n")) == [("E0606", 17, 27, "routes.r.to[0].collect")]
    assert desk.route(SOURCE + f"format: csv\nsteps: [{{split: records}}]\nto: [{target}]\n") == []


def test_ndjson_has_records_and_json_has_not(desk: Desk) -> None:
    assert desk.route(SOURCE + f"format: ndjson\nsteps: [{{split: records}}]\nto: [{B}]\n") == []
    [problem] = desk.route(SOURCE + f"format: json\nsteps: [{{split: records}}]\nto: [{B}]\n")
    assert problem.path == "routes.r.steps[0].split"
    assert "'json' has no records" in problem.message


@pytest.mark.parametrize(
    ("rest", "codes"),
    [
        (f"to: [{C}]", []),
        (f"to: [{A}, {DEAD}]", []),
        (f"to: [{A}, {{otherwise: {{ignore: no}}}}]", []),
        (f"to: [{B}, {C}]", ["E0607"]),
        (f"to: [{A}, {{otherwise: {B}}}]", ["E0607"]),
        (f"to: [{DEAD}]", ["E0607"]),
        (f"format: csv\nsteps: [{{split: records}}]\nto: [{B}]", ["E0607"]),
    ],
)
def test_a_result_has_one_target(desk: Desk, rest: str, codes: list[str]) -> None:
    problems = desk.route(f"from: {{http: /r, clients: anyone, reply: result, timeout: 3s}}\n{rest}\n")
    assert [p.code for p in problems] == codes
    assert all(p.path == "routes.r.from.reply" for p in problems)


def test_holding_needs_an_order(desk: Desk) -> None:
    target = "{id: b, when_dead: hold, send: {folder: out, name: b}}"
    assert brief(desk.route(SOURCE + f"to: [{target}]\n")) == [("W0609", 17, 29, "routes.r.to[0].when_dead")]
    assert desk.route(SOURCE + f"order_by: body.x\nto: [{target}]\n") == []
