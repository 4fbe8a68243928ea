"""The body on its way through a route: who sees what, and what stands behind a condition that never changes."""

from __future__ import annotations

import pytest

from tests.transforms.types.desk import HEAD, TO, WEB, brief, checked

HTTP = "send: {http: erp, path: /}"
REST = "otherwise: {dead: x}"


def codes(route: str, files: dict[str, str] | None = None, more: str = "") -> list[tuple[str, str, int, int]]:
    return brief(checked(route, files, more))


def test_each_place_sees_the_body_of_its_own() -> None:
    """Keys what came in; what stands at targets what the route's steps left; a format what the target's steps left."""
    route = f"""\
from: {{folder: in, files: "*.x"}}
format: {{csv: {{header: false, columns: [a]}}}}
keys: {{n: "body[0].a"}}
steps:
  - split: {{by: records, keys: {{n: body.a}}}}
  - map: {{fields: {{b: body.a}}}}
order_by: body.b
to:
  - id: a
    when: body.b == 'x'
    order_by: body.b
    steps: [{{map: {{fields: {{c: body.b}}}}}}]
    format: {{csv: {{columns: [c]}}}}
    send: {{folder: out, name: "{{{{ body.b }}}}-{{{{ record.number }}}}"}}
    fallback: {{send: {{folder: out, name: "{{{{ body.b }}}}.dead"}}}}
  - {{id: b, when: body.b == 'y', {HTTP}}}
  - otherwise: {{id: c, send: {{sql: dwh, table: t, conflict: [b], columns: {{b: body.b}}}}}}
"""
    assert codes(route) == [("W0616", "routes.yaml", 13, 15)]
    wrong = route.replace("body.b", "body.zz")
    said = [code for code, *_ in codes(wrong) if code != "W0616"]
    assert set(said) == {"W0620"}
    assert len(said) == wrong.count("body.zz")


def test_before_records_are_cut_nobody_sees_the_whole() -> None:
    route = """\
from: {folder: in, files: "*.csv"}
format: {csv: {header: false, columns: [a]}}
steps:
  - filter: body.nothing == 1
  - split: records
  - filter: body.a == 'x'
"""
    assert codes(route + TO) == []


@pytest.mark.parametrize(("files", "said"), [("*.csv", ["W0620"]), ("*.xml", ["W0620"]), ("*", []), ("*.[ct]sv", [])])
def test_without_a_format_the_suffix_says_it(files: str, said: list[str]) -> None:
    route = f"from: {{folder: in, files: '{files}'}}\nsteps:\n  - filter: body.lines.x == 'x'\n"
    assert [code for code, *_ in codes(route + TO)] == said


@pytest.mark.parametrize(
    ("match", "to", "place"),
    [
        ("first", [f"{{id: a, when: 1 == 1, {HTTP}}}", f"§{{id: b, when: body.express, {HTTP}}}", REST], 1),
        ("first", [f"{{id: a, when: body.express, {HTTP}}}", f"{{id: b, when: 1 == 1, {HTTP}}}", f"§{REST}"], 1),
        ("all", [f"{{id: a, when: 1 == 1, {HTTP}}}", f"{{id: b, when: body.express, {HTTP}}}", f"§{REST}"], 1),
        ("all", [f"{{id: a, when: 1 == 1, {HTTP}}}", f"{{id: b, {HTTP}}}"], 0),
        ("first", [f"{{id: a, when: body.express, {HTTP}}}", REST], 0),
        ("first", [f"{{id: a, when: body.express, {HTTP}}}", f"§{{id: b, when: body.express, {HTTP}}}", REST], 1),
        ("all", [f"{{id: a, when: body.express, {HTTP}}}", f"{{id: b, when: body.express, {HTTP}}}", REST], 0),
    ],
)
def test_what_stands_behind_a_condition_that_is_always_true(match: str, to: list[str], place: int) -> None:
    text = WEB + f"match: {match}\nto:\n" + "".join(f"  - {one}\n" for one in to)
    lines = (HEAD + text).splitlines()
    line = next((n for n, one in enumerate(lines, 1) if "§" in one), 0)
    found = codes(text.replace("§", ""))
    assert [(code, at) for code, _, at, _ in found if code == "W0608"] == [("W0608", line)] * place


SECOND = """\
  s:
    from: {http: /s, clients: anyone}
    steps: [STEP, {template: t.j2}]
    to: [{id: a, send: {http: erp, path: /}}]
"""
PYTHON = {"transforms/python/p.py": "def f(message):\n    return message\n"}
FILE = "transforms/templates/t.j2"


def test_what_is_always_so_is_said_of_a_file_where_all_who_use_it_agree() -> None:
    """What is wrong for one of them is said."""
    files = {FILE: "{% if body.kind is none %}{{ body.kind }}{% endif %}", **PYTHON}
    alone = WEB + "  - template: t.j2\n" + TO
    assert codes(alone, files) == [("W0625", FILE, 1, 7)]
    assert codes(alone, files, SECOND.replace("STEP", "{validate: orders.Order}")) == [("W0625", FILE, 1, 7)]
    assert codes(alone, files, SECOND.replace("STEP", "{python: p.f}")) == []
    files = {FILE: "{{ body.order_no }}"}
    assert codes(alone, files) == []
    assert codes(alone, files, SECOND.replace("STEP", "{validate: orders.Customer}")) == [("W0620", FILE, 1, 4)]


def test_what_is_said_in_a_file_names_who_uses_it() -> None:
    [problem] = checked(WEB + "  - template: t.j2\n" + TO, {FILE: "{{ body.nte }}"})
    assert problem.path == "routes.r.steps[1].template"


def test_what_is_not_set_or_does_not_compile_is_not_looked_at() -> None:
    route = WEB + '  - filter: "body.order_num == \'${env:GONE}\'"\n  - filter: body.order_num ==\n' + TO
    assert [code for code, *_ in codes(route)] == ["W0302", "E0401"]


def test_what_cannot_be_compiled_is_said_once() -> None:
    route = WEB + "  - filter: message.rout == 'x'\n  - set: {\"body.x\": message.rout}\n" + TO
    assert [code for code, *_ in codes(route)] == ["E0401", "E0401"]
    assert [code for code, *_ in codes(WEB + "order_by: message.rout\n" + TO)] == ["E0401"]


def test_behind_a_step_that_does_not_compile_nothing_is_known() -> None:
    route = WEB + "  - map: none\n  - filter: body.what == 1\n" + TO
    assert [code for code, *_ in codes(route)] == ["E0402"]
