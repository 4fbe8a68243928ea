"""The tree after the rewriting: nothing is left that Jinja would work out by Python's own rules."""

from __future__ import annotations

import pytest
from jinja2 import TemplateSyntaxError, nodes

from transforms.jinja.environment import StrictEnvironment
from transforms.jinja.printing import MODES

OPEN = (nodes.Compare, nodes.Getattr, nodes.Getitem, nodes.Add, nodes.Concat, nodes.Neg, nodes.Mul, nodes.Pos)
TEXT = """
{% macro m(a, b=body.x + 1) %}{{ a.b }}{% endmacro %}
{% for line in body['lines'] if line.n > 1 %}{{ -line.a.b ~ line['c'] }}
{{ loop(line.kids) if line.kids == [] else '' }}{% endfor %}
{% if body.a == 1 and not body.b or body.c in [body.d, +1] %}{{ {'k': body.e * 2} | json }}{% endif %}
{% with x = body.f + 1 %}{{ x }}{% endwith %}{% set y = body.g[body.h] %}{{ m(body.i, b=body.j) }}
"""


def environment() -> StrictEnvironment:
    return StrictEnvironment(MODES["text"], None, {})


def test_no_operator_of_python_is_left() -> None:
    tree = environment().parse(TEXT)
    assert [type(node).__name__ for node in tree.find_all(OPEN)] == []


def test_every_condition_is_checked() -> None:
    tree = environment().parse(TEXT)
    tests = [node.test for node in tree.find_all((nodes.If, nodes.For, nodes.CondExpr)) if node.test is not None]
    sides = [side for node in tree.find_all((nodes.And, nodes.Or)) for side in (node.left, node.right)]
    assert len(tests) == 3
    assert {getattr(node, "name", "") for node in tests + sides} == {"op truth"}


def test_numbers_with_a_point_are_never_floats() -> None:
    tree = environment().parse("{{ 0.1 + body.x }}")
    assert not any(isinstance(node.value, float) for node in tree.find_all(nodes.Const))


@pytest.mark.parametrize(
    "text", ["{{ 1 ** 2 }}", "{{ a[1:2] }}", "{{ a | upper(x=1) }}", "{{ a | join(*b) }}", "{{ a is even }}"]
)
def test_refusals_say_their_line(text: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        environment().parse(f"\n\n{text}")
    assert caught.value.lineno == 3
