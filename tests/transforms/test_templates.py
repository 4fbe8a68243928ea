"""Templates as engineers see them: what they print, what they refuse, and where an error says it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from router.errors import ExpressionError, ExpressionSyntaxError
from router.registry import ContentError
from tests.contracts.step import Files, message
from transforms.expressions import NAMESPACES
from transforms.templates import TemplateSet, compile_text

BODY = {
    "items": ["a", "b"],
    "name": "A & B",
    "note": None,
    "price": Decimal("39.80"),
    "qty": 2,
    "ok": True,
    "big": Decimal("1E+3"),
    "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}],
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}]}],
}


def render(text: str, name: str = "a.txt.j2", body: Any = BODY, others: dict[str, str] | None = None) -> str:
    files = {f"transforms/templates/{n}": t for n, t in {name: text, **(others or {})}.items()}
    return TemplateSet(Files(files)).compile(name)(message(body, record=3).at("erp"))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ body.name }} {{ body.items | join(',') }}", "A & B a,b"),
        ("{{ body.price }} {{ body.big }} {{ body.ok }} {{ 1.10 }}", "39.80 1000 true 1.10"),
        (
            "{{ message.received_at | date }} {{ message.received_at }} {{ message.id }}",
            "2026-01-31 2026-01-31T08:00:00Z m-1",
        ),
        (
            "{{ file.stem }}{{ file.suffix }} {{ record.number }} {{ target.id }} {{ headers['Content-Type'] }}",
            "SALES_1.csv 3 erp x/y",
        ),
        ("{{ body.nope.x | default('d') }}{{ body.nope is defined }}{{ body.note is none }}", "dfalsetrue"),
        ("{{ (body.qty + body.nope) | default(0) }}", "0"),
        ("{{ body.note | json }}", "null"),
        ("{{ body.qty * 0.10 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ -body.qty }} {{ 1 / 4 }}", "0.20 3 1 -2 0.25"),
        ("{{ body.name ~ '-' ~ body.qty ~ body.price }}", "A & B-239.80"),
        (
            "{{ body.price > 5 and not body.qty == 3 }} {{ 1 < body.qty < 3 }} "
            "{{ 'a' in body.items }} {{ 'z' not in body.items }}",
            "true true true true",
        ),
        (
            "{% for line in body.lines %}{{ loop.index }}{{ line.sku }}{{ ';' if not loop.last else '.' }}{% endfor %}",
            "1x;2y.",
        ),
        ("{% for line in body.lines if line.n > 1 %}{{ line.sku }}{% else %}none{% endfor %}", "y"),
        (
            "{% for l in body.lines %}{{ loop.cycle('a', 'b') }}{{ loop.nextitem.sku | default('-') }}{% endfor %}",
            "ayb-",
        ),
        ("{% for n in body.tree recursive %}{{ n.v }}({{ loop(n.kids) }}){% endfor %}", "1(2())"),
        ("{% for name in body.lines[0] %}{{ name }},{% endfor %}", "sku,n,"),
        ("{% set y %}q{{ body.qty }}{% endset %}{{ y }} {{ y == 'q2' }} {{ y | upper }}", "q2 true Q2"),
        ("{% macro m(x, y='!') %}<{{ x }}{{ y }}>{% endmacro %}{{ m(body.qty) }}{{ m('a') ~ 'b' }}", "<2!><a!>b"),
        ("{% if body.qty == 2 %}two{% elif body.ok %}ok{% else %}no{% endif %}", "two"),
        ("a{# not this #}{% raw %}{{ b }}{% endraw %}", "a{{ b }}"),
    ],
)
def test_prints(text: str, result: str) -> None:
    assert render(text) == result


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("x\n{{ body.note }}", "null", "line 2: body.note is null"),
        ("{{ body.nope }}", "undefined", "line 1: body.nope is undefined"),
        ("{{ body.nope.x.y }}", "undefined", "line 1: body.nope is undefined"),
        ("{{ body.note.x }}", "null", "line 1: body.note is null, so body.note.x is undefined"),
        ("{{ body.note | upper }}", "null", "line 1: body.note is null"),
        ("{{ body.name | decimal }}", "value", "line 1: body.name: 'A & B' is not a number"),
        ("{{ body.__class__ }}", "undefined", "line 1: body.__class__ is undefined"),
        ("{{ body.lines }}", "type", "line 1: body.lines: a list, not a text, a number or a date; use | json"),
        ("{% if body.note == 1 %}{% endif %}", "null", "line 1: body.note is null"),
        ("{% if body.nope %}{% endif %}", "undefined", "line 1: body.nope is undefined"),
        ("{% if body.qty %}{% endif %}", "type", "line 1: body.qty is number 2, not true or false"),
        ("{% if body.name == 1 %}{% endif %}", "type", "line 1: cannot compare body.name (text 'A & B') with number 1"),
        ("{{ body.qty + 'a' }}", "type", None),
        ("{{ body.name ~ body.note }}", "null", "line 1: body.note is null"),
        ("{% for c in body.name %}{% endfor %}", "type", None),
        ("{% for l in body.nope %}{% endfor %}", "undefined", "line 1: body.nope is undefined"),
        ("{% for l in body.lines %}\n{{ l.zip }}{% endfor %}", "undefined", "line 2: l.zip is undefined"),
        ("{{ loop.index }}", "undefined", "line 1: loop is undefined here"),
        ("{{ reply.status }}", "undefined", "line 1: reply is undefined here"),
        ("{{ (body.items | map('x')) }}", "type", None),
    ],
)
def test_refuses_when_it_runs(text: str, error: str, reason: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(text)
    assert caught.value.error == error
    assert reason is None or caught.value.reason == f"a.txt.j2, {reason}"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("{{ bod.x }}", 1, "unknown name 'bod'"),
        ("\n{{ range(3) }}", 2, "unknown name 'range'"),
        ("{{ body.x | foo }}", 1, "unknown filter 'foo'"),
        ("{{ body.x | safe }}", 1, "unknown filter 'safe'"),
        ("{{ body.x | pad }}", 1, "the filter 'pad' takes"),
        ("{{ body | xpath('a[') }}", 1, "xpath 'a\\['"),
        ("{{ body.x is odd }}", 1, "unknown test 'is odd'"),
        ("\n\n{% if %}", 3, "a value is missing"),
        ("{{ 2 ** 9 }}", 1, "is not possible"),
        ("{{ body.x[1:] }}", 1, "slices are not possible"),
        ("{{ 'a' if body.ok }}", 1, "needs an `else`"),
        ("\n{{ body.name.upper() }}", 2, "nothing can be called: write `body.name | upper`"),
        ("{% for line in body.lines %}{{ line.sku.strip() }}{% endfor %}", 1, "nothing can be called: write `line.sku | trim`"),
        ("\n{{ body.x | default('a', true) }}", 2, "'default' takes one value"),
        ("{{ body.x | d('a', true) }}", 1, "'default' takes one value"),
        ("{{ body.items.append(1) }}", 1, "nothing can be called"),
        ("{{ body.name.format(1) }}", 1, "nothing can be called"),
        ("{% autoescape false %}{% endautoescape %}", 1, "autoescape is decided by the suffix"),
        ("{% filter upper %}{% endfilter %}", 1, "filter blocks"),
        ("{% set body.x = 1 %}", 1, "only plain names can be set"),
        ("{% include body.name %}", 1, "must be a plain text"),
        ("\n{% include 'nope.txt.j2' %}", 2, "there is no template transforms/templates/nope.txt.j2"),
        ("{% include '../maps/a.txt.j2' %}", 1, "there is no template"),
        ("{% include 'b.xml.j2' %}", 1, "b.xml.j2 prints as xml, a.txt.j2 does not"),
    ],
)
def test_refuses_when_it_is_compiled(text: str, line: int, reason: str) -> None:
    with pytest.raises(ContentError, match=reason) as caught:
        render(text, others={"b.xml.j2": ""})
    assert (caught.value.path, caught.value.line) == ("transforms/templates/a.txt.j2", line)


def test_a_template_that_is_not_there() -> None:
    with pytest.raises(ContentError, match=r"there is no template transforms/templates/no.xml.j2"):
        TemplateSet(Files()).compile("no.xml.j2")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.xml.j2", "application/xml"),
        ("a.json.j2", "application/json"),
        ("a.html.j2", "text/html"),
        ("a.csv.j2", "text/csv"),
        ("a.ndjson.j2", "application/x-ndjson"),
        ("deep/a.b.xhtml.j2", "application/xhtml+xml"),
        ("a.yaml.j2", "application/yaml"),
        ("a.yml.j2", "application/yaml"),
        ("a.txt.j2", "text/plain"),
        ("a.lst.j2", "text/plain"),
        ("csv.j2", "text/plain"),
        ("a.csv", "text/plain"),
        ("a.j2", "text/plain"),
    ],
)
def test_the_suffix_is_the_content_type(name: str, content_type: str) -> None:
    assert TemplateSet(Files({f"transforms/templates/{name}": ""})).compile(name).content_type == content_type


def test_xml_is_escaped_once() -> None:
    macro = "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}"
    assert render(macro + "{{ body.name }}{{ m(body.name) }}{{ m('q') ~ '&' }}", "a.xml.j2") == (
        "A &amp; B<b>A &amp; B</b><b>q</b>&amp;"
    )


def test_characters_that_xml_cannot_hold_are_named() -> None:
    with pytest.raises(ExpressionError, match=r"body.name holds the character U\+0001"):
        render("{{ body.name }}", "a.xml.j2", {"name": "a\x01"})


def test_json_prints_json() -> None:
    text = '{"n": {{ body.name }}, "l": {{ body.lines | json }}, "p": {{ body.price }}, "x": {{ body.note }}'
    text += ', "o": {{ body.ok }}}'
    assert render(text, "a.json.j2") == (
        '{"n": "A & B", "l": [{"sku":"x","n":1},{"sku":"y","n":2}], "p": 39.80, "x": null, "o": true}'
    )
    assert render('{% macro m(x) %}{"k":{{ x }}}{% endmacro %}[{{ m("<") }}]', "a.json.j2") == '[{"k":"<"}]'


def test_json_names_what_it_cannot_hold() -> None:
    with pytest.raises(ExpressionError, match=r"a.json.j2, line 1: body: x: "):
        render("{{ body }}", "a.json.j2", {"x": etree.fromstring("<a/>")})


def test_parts_of_other_files() -> None:
    others = {
        "b.xml.j2": "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}",
        "c.xml.j2": "[{{ body.qty }}]",
        "base.xml.j2": "<r>{% block c %}base{% endblock %}{{ self.c() }}</r>",
    }
    assert render("{% import 'b.xml.j2' as b %}{{ b.m('<') }}{% include 'c.xml.j2' %}", "a.xml.j2", others=others) == (
        "<i>&lt;</i>[2]"
    )
    assert render("{% from 'b.xml.j2' import m %}{{ m(1) }}", "a.xml.j2", others=others) == "<i>1</i>"
    extended = "{% extends 'base.xml.j2' %}{% block c %}{{ super() }}-{{ body.qty }}{% endblock %}"
    assert render(extended, "a.xml.j2", others=others) == "<r>base-2base-2</r>"


def test_an_error_names_the_file_it_happened_in() -> None:
    with pytest.raises(ExpressionError, match=r"^b.txt.j2, line 2: body.nope is undefined$"):
        render("{% include 'b.txt.j2' %}", others={"b.txt.j2": "\n{{ body.nope }}"})
    with pytest.raises(ContentError, match="unknown filter") as caught:
        render("{% include 'b.txt.j2' %}", others={"b.txt.j2": "\n{{ body | nope }}"})
    assert (caught.value.path, caught.value.line) == ("transforms/templates/b.txt.j2", 2)


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'a.txt.j2' %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in body %}{% for b in body %}{% for c in body %}"  # four loops
        "{% for d in body %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in body %}{% for b in body %}{{ 'x' | pad(1000) }}{% endfor %}{% endfor %}",
        "{% set s %}{% for a in body %}{% for b in body %}{{ 'x' | pad(1000) }}{% endfor %}{% endfor %}{% endset %}",
        "{% set s %}{% for a in body %}{% for b in body %}" + "x" * 1000 + "{% endfor %}{% endfor %}{% endset %}",
        "{{ 'x' | pad(99999999 * 1) }}",
    ],
)
def test_a_template_without_end_is_stopped(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(text, body=list(range(150)))
    assert caught.value.error == "limit"


def test_prefixes_of_the_route_are_known_in_templates() -> None:
    token = NAMESPACES.set({"z": "urn:pos"})
    try:
        template = TemplateSet(Files({"transforms/templates/a.j2": "{{ body | xpath('z:S') }}"})).compile("a.j2")
    finally:
        NAMESPACES.reset(token)
    body = etree.fromstring('<p:L xmlns:p="urn:pos"><p:S>7</p:S></p:L>')
    assert template(message(body)) == "7"


def test_what_xpath_does_not_find_may_have_a_default() -> None:
    assert render("{{ body | xpath('x') | default('-') }}", body=etree.fromstring("<a/>")) == "-"


@pytest.mark.parametrize(
    ("text", "mode", "result"),
    [
        ("plain {x}", "text", "plain {x}"),
        ("{{ file.stem }}.ndjson", "text", "SALES_1.ndjson"),
        ("archive/{{ message.received_at | date }}", "text", "archive/2026-01-31"),
        ("/stores/{{ body.name }}/x", "path", "/stores/A%20%26%20B/x"),
        ("/a/{{ 'ü/..' }}", "path", "/a/%C3%BC%2F.."),
        ("{{ body.qty }}\n", "text", "2\n"),
    ],
)
def test_short_texts(text: str, mode: str, result: str) -> None:
    compiled = compile_text(text, mode)
    assert compiled(message(BODY)) == result
    assert compiled.source == text


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("x{{ ", "cannot read the template: the template ends inside of braces; close each {{ with }}", 2),
        (
            "{{ bdy.x }}",
            "unknown name 'bdy': did you mean 'body'?",
            4,
        ),
        ("{% include 'a' %}", "a short text cannot use other templates", 1),
    ],
)
def test_short_texts_that_cannot_be_read(text: str, reason: str, column: int) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_text(text)
    assert (caught.value.reason, caught.value.column) == (reason, column)


def test_a_short_text_fails_without_a_place() -> None:
    with pytest.raises(ExpressionError, match=r"^body.nope is undefined$"):
        compile_text("{{ body.nope }}")(message(BODY))
