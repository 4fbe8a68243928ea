"""Nothing is said of projects that work."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.registry import registry
from router.config.check import check
from router.config.project import read_project
from tests.transforms.types.desk import TO, WEB, checked

ROOT = Path(__file__).parents[3]
PROJECTS = sorted(
    path for path in (ROOT / "routes.yaml", *ROOT.glob("bench/**/routes.yaml"), *ROOT.glob("examples/**/routes.yaml"))
)
ENVIRON_CODES = {"W0302"}
"""What is not set on this machine."""


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_the_projects_of_this_repository(path: Path) -> None:
    problems = check(read_project(path, {}), registry(), {})
    assert [str(p) for p in problems if p.code not in ENVIRON_CODES] == []


SOUND = {
    "what may be missing": "filter: body.note == 'x'",
    "what may be null": "filter: body.total > 5",
    "a field asked for": "filter: body.extra is defined or body.express",
    "a chain asked for": "filter: body.extra.more.still is defined or body.express",
    "a default": "filter: (body.extra | default('')) == 'x'",
    "null as JSON": "filter: (body.total | json) != 'null' and (none | json) == 'null'",
    "a default over a chain": "filter: (body.extra.more | default(0)) > 1",
    "a default of a calculation": "filter: ((body.extra * 2) | default(0)) > 1",
    "a guard": "filter: body.extra is defined and body.extra.more > 'x'",
    "a guard of not": "filter: body.extra is not defined or body.extra == 5",
    "a guard of null": "filter: body.total is not none and body.total > 5",
    "a guard in a choice": "filter: (body.extra if body.extra is defined else 'x') == 'x'",
    "a guarded field of a map": "map: {fields: {a: {value: body.extra, when: body.extra is defined or body.express}}}",
    "headers": "filter: headers['X-Any'] == 'x'",
    "the time it came": "filter: (message.received_at | date) == body.day",
    "numbers of two kinds": "filter: body.lines[0].price > body.lines[0].qty",
    "a list of texts": "filter: body.order_no in ['a', 'b']",
    "joined": "filter: body.order_no ~ '-' ~ body.lines[0].qty ~ body.lines[0].price == 'x'",
    "a field of each": "filter: (body.lines | map('price') | sum) > 5",
    "sums of texts": "map: {fields: {a: {each: x in body.lines, value: {b: x.price | text(2)}}, c: out.a | sum('b')}}",
    "the letter of a text": "filter: (body.order_no | first) == 'x'",
    "brackets where a filter belongs to one side": "filter: body.lines[0].qty * (body.lines[0].price | round(2)) > 1",
    "a conversion of one side": "filter: body.lines[0].qty * (body.note | decimal) > 1",
    "a conversion of one side without brackets": "filter: body.lines[0].qty * body.note | decimal > 1",
    "a precaution": "filter: body.order_no is defined",
    "a precaution against null": "filter: body.order_no is not none",
    "a precaution against numbers": "filter: body.lines[0].qty > 0",
    "a truth value": "filter: body.express",
    "not": "filter: not body.express",
    "words that are possible": "filter: body.kind in ['ship']",
    "a file that somebody may send": "filter: file is not defined or file.name != 'x'",
    "an item that may not be there": "filter: body.lines[7].sku == 'x'",
    "an item by what is computed": "filter: body.lines[body.lines[0].qty].sku == 'x'",
}


@pytest.mark.parametrize("step", SOUND.values(), ids=SOUND)
def test_what_can_succeed(step: str) -> None:
    assert [str(p) for p in checked(f"{WEB}  - {step}\n{TO}")] == []


TEMPLATES = {
    "a loop": "{% for line in body.lines %}{{ loop.index }}{{ line.sku }}{% else %}none{% endfor %}",
    "a condition in a loop": "{% for line in body.lines if line.qty > 0 %}{{ line.sku }}{% endfor %}",
    "a guard": "{% if body.extra is defined %}{{ body.extra.more }}{% else %}{{ body.extra }}{% endif %}{{ body.order_no }}",
    "a variable": "{% set x = body.order_no %}{{ x | upper }}",
    "a variable set twice": "{% set x = 1 %}{% set x = 'a' %}{{ x | upper }}",
    "a variable set in a branch": "{% set x = 1 %}{% if body.express %}{% set x = 'a' %}{% endif %}{{ x | upper }}",
    "names of fields": "{% for name in body.customer %}{{ name }}{{ body.customer[name] }}{% endfor %}",
    "a macro": "{% macro m(x) %}{{ x.any.thing }}{% endmacro %}{{ m(body) }}",
    "a default": "{{ body.extra.more | default('') }}",
    "with": "{% with x = body.order_no %}{{ x }}{% endwith %}",
    "a choice": "{{ body.extra if body.extra is defined else '' }}",
    "another file": "{% for line in body.lines %}{% include 'part.j2' %}{% endfor %}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_templates_that_can_succeed(text: str) -> None:
    files = {"transforms/templates/t.j2": text, "transforms/templates/part.j2": "{{ line.sku }}"}
    problems = checked(f"{WEB}  - template: t.j2\n{TO}", files)
    assert [str(p) for p in problems if p.code != "W0625"] == []


def test_a_guard_around_an_included_file_holds_inside() -> None:
    files = {
        "transforms/templates/t.j2": "{% if body.extra is defined %}{% include 'part.j2' %}{% endif %}",
        "transforms/templates/part.j2": "{{ body.extra.more }}",
    }
    problems = checked(f"{WEB}  - template: t.j2\n{TO}", files)
    assert [p.code for p in problems] == ["W0625"], "that it is never there"


def test_json_prints_anything() -> None:
    files = {"transforms/templates/t.json.j2": "{{ body.customer }} {{ body.lines }}"}
    assert checked(f"{WEB}  - template: t.json.j2\n{TO}", files) == []


@pytest.mark.parametrize("format_", ["xml", "{xml: {records: T}}", "bytes", "text", "csv", "json", "ndjson"])
def test_a_body_that_nothing_changed_needs_no_format(format_: str) -> None:
    splits = "steps: [{split: records}]\n" if "records" in format_ else ""
    assert checked(f"from: {{http: /r, clients: anyone}}\nformat: {format_}\n{splits}{TO}") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json.j2", '{"a": {"body": {}}, "b": "${body.x} #{message.id} {word} {0}"}'),
        ("t.html.j2", "<style>body {margin: 0} .file { color: red }</style><script>if (a) {body.x = 1}</script>{body-x}"),
        ("t.js.j2", "const {headers} = {message}; f({file})"),
        ("t.txt.j2", r"\section{message} \input[a]{file} {% raw %}{{ body.x }}{% endraw %} {{ '{body.x}' }} {# {body.x} #}"),
        ("t.tex.j2", "{body}"),
    ],
)
def test_braces_that_are_meant(name: str, text: str) -> None:
    assert [str(p) for p in checked(f"{WEB}  - template: {name}\n{TO}", {f"transforms/templates/{name}": text})] == []


def test_nothing_is_known_behind_python() -> None:
    files = {"transforms/python/p.py": "def f(message):\n    return message\n"}
    assert checked(f"{WEB}  - python: p.f\n  - filter: body.what.ever > 1\n{TO}", files) == []


def test_a_schema_that_includes_others_is_open() -> None:
    route = 'from: {http: /r, clients: anyone}\nsteps:\n  - validate: orders.Loose\n  - filter: body.more.still > 1\n'
    assert checked(route + TO) == []
    assert checked(route.replace("orders.Loose", "{schema: orders.Order, unknown: include}") + TO) == []
    assert checked(route.replace("orders.Loose", "orders.Made") + TO) == []
