"""Templates: short texts, and files in each way of printing."""

from __future__ import annotations

import json

from router.config.content import StoredContent
from router.errors import ExpressionError, ExpressionSyntaxError
from router.registry import ContentError
from tests.fuzz.target import Target, Wrong, last_byte
from tests.fuzz.targets.sample import message
from transforms.jinja import budget
from transforms.templates import TemplateSet, compile_text

TURNS, TEXT = 20_000, 1 << 20
"""The limits are the same, only nearer: an input may take a second."""
NAMES = ("t.txt.j2", "t.xml.j2", "t.json.j2", "t.html.j2", "text", "path")
OTHERS = {
    f"transforms/templates/part{suffix}": b"{{ body.name }}{% macro m(x) %}[{{ x }}]{% endmacro %}"
    for suffix in (".txt.j2", ".xml.j2", ".json.j2", ".html.j2")
}


def template(data: bytes) -> str:
    before = budget.MOST_TURNS, budget.MOST_TEXT
    budget.MOST_TURNS, budget.MOST_TEXT = TURNS, TEXT
    try:
        return rendered(data)
    finally:
        budget.MOST_TURNS, budget.MOST_TEXT = before


def rendered(data: bytes) -> str:
    raw, variant = last_byte(data)
    name = NAMES[variant % len(NAMES)]
    if name in ("text", "path"):
        return compile_text(raw.decode("utf-8", "replace"), name)(message(variant // len(NAMES)))
    content = StoredContent({**OTHERS, f"transforms/templates/{name}": raw})
    found = TemplateSet(content).compile(name)(message(variant // len(NAMES)))
    if name == "t.json.j2" and raw.strip() == b"{{ body }}":
        json.loads(found)
    if not isinstance(found, str):
        raise Wrong(f"a template gave {type(found)}")
    return str(found)


WRITTEN = (
    b"{{ body }}",
    b"{{ file.stem }}-{{ body.qty | text }}.xml",
    b"/orders/{{ message.params.sku }}?q={{ body.name }}",
    b"{% for item in body.items %}{{ loop.index }}: {{ item.p }}{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}",
    b"{% set x = body.qty * 2 %}{{ x }}{# note #}{% raw %}{{ }}{% endraw %}",
    b"{% include 'part.txt.j2' %}",
    b"{% from 'part.xml.j2' import m %}{{ m(body.words) }}",
    b"{% macro f(n) %}{{ n }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    b"<a>{{ body.name | upper }}</a>{%- if body.ok -%} x {%- endif %}",
    b"{% filter upper %}x{{ body.name }}{% endfilter %}",
    b"{% call(x) f() %}{{ x }}{% endcall %}",
    b"{% block b %}{{ self.b() }}{% endblock %}",
    b"{{ body | json }}",
    b"{% with a = body.d %}{{ a.keys }}{% endwith %}",
    b"{% for a in body.words recursive %}{{ loop(body.words) }}{% endfor %}",
)
TARGETS = (
    Target(
        "template",
        template,
        (ContentError, ExpressionError, ExpressionSyntaxError),
        written=WRITTEN,
        seeds=("../transforms/templates/*.j2", "../examples/*/transforms/templates/*.j2"),
        variants=len(NAMES),
        words="template",
        longest=800,
    ),
)
