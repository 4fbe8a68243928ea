"""Templates that would reach out of their message, or change it: refused when compiled, or one error when they run."""

from __future__ import annotations

import copy
import os
from decimal import Decimal
from typing import Any

import pytest

from router.errors import CrossdockError
from router.registry import ContentError
from tests.contracts.step import Files, message
from transforms.expressions import compile_expression
from transforms.templates import TemplateSet, compile_text

BODY: dict[str, Any] = {
    "s": "abc", "n": 5, "none": None, "l": [1, 2, 3], "o": {"a": {"b": 1}}, "d": Decimal("1.50"), "items": [3, 1, 2],
    "big": 10**4299,
}  # fmt: skip
OUT_OF_THE_MESSAGE = [
    "body.__class__", "body['__class__']", "body.s.__class__.__mro__", "body.l.__len__()", "body | attr('__class__')",
    "'{0.__class__}'.format(body)", "'{0.__class__}' | format(body)", "'%s' % body.s", "'%(a)s' % body.o", "body.s.encode()",
    "().__class__.__bases__[0].__subclasses__()", "self.__init__.__globals__", "self._TemplateReference__context",
    "lipsum.__globals__['os'].environ", "cycler.__init__", "joiner()", "namespace()", "dict(a=1)", "range(10)", "get_flashed()",
    "environ", "config", "request", "message.__class__", "message.envelope", "message.envelope.raw", "headers.get('a')",
    "headers.__class__", "file.__class__", "body.l | map('__class__')", "body.l | map(attribute='__class__')", "body | pprint",
    "body | tojson", "body | xmlattr", "body.s | safe", "body.l | random", "body | select('__class__')", "loop",
    "body.n.real.__class__", "body.d.as_tuple()", "none.__class__", "true.__class__", "(1).__class__", "body.l.append(1)",
    "body.update({'s': 1})", "body.items.append(4)", "body.items()", "body.keys()", "body.o.pop('a')", "caller()", "varargs",
]  # fmt: skip
STATEMENTS = [
    "{% include '/etc/passwd' %}", "{% include '../../routes.yaml' %}", "{% include body.s %}", "{% import 'os' as os %}",
    "{% from 'os' import environ %}", "{% extends '/etc/passwd' %}", "{% set body.s = 1 %}", "{% set body = 1 %}{{ body.s }}",
    "{% do body.l.append(1) %}", "{% debug %}", "{% set ns = namespace(a=1) %}", "{% autoescape false %}{% endautoescape %}",
    "{% filter upper %}a{% endfilter %}", "{% for i in range(1000000000) %}x{% endfor %}", "{% call body.s() %}{% endcall %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}", "{% macro m() %}{% endmacro %}{{ m.__class__ }}",
    "{% for i in body.l %}{{ loop.__class__ }}{% endfor %}", "{% for i in body.l %}{{ loop._iterator }}{% endfor %}",
    "{% for i in body.l recursive %}{{ loop(body.l) }}{% endfor %}", "{% set x = body.l %}{{ x.append(4) }}",
    "{% with x = body.o %}{{ x.update({}) }}{% endwith %}", "{% block a %}{{ self.a.__class__ }}{% endblock %}",
]  # fmt: skip
HARMLESS = [
    "{% set s = 'other' %}{{ s }}{{ body.s }}", "{% for x in body.items | sort %}{{ x }}{% endfor %}",
    "{% for x in body.items | unique %}{{ x }}{% endfor %}", "{% set l = body.l + [9] %}{{ l | length }}",
    "{% for k in body.o %}{{ k }}{% endfor %}", "{{ body.s | upper | replace('A', 'b') }}", "{{ [body.l, body.o] | json }}",
]  # fmt: skip


def compiled(text: str) -> Any:
    return TemplateSet(Files({"transforms/templates/a.txt.j2": text})).compile("a.txt.j2")


@pytest.mark.parametrize("text", [*(f"{{{{ {text} }}}}" for text in OUT_OF_THE_MESSAGE), *STATEMENTS])
def test_a_template_sees_its_message_and_nothing_else(text: str) -> None:
    body = copy.deepcopy(BODY)
    with pytest.raises((CrossdockError, ContentError)) as caught:
        compiled(text)(message(body))
    assert body == BODY
    assert "object at 0x" not in str(caught.value)
    assert os.environ["PATH"] not in str(caught.value)


@pytest.mark.parametrize("text", OUT_OF_THE_MESSAGE)
def test_an_expression_and_a_short_text_see_no_more(text: str) -> None:
    body = copy.deepcopy(BODY)
    for make in (compile_expression, lambda t: compile_text(f"{{{{ {t} }}}}")):
        with pytest.raises(CrossdockError):
            make(text)(message(body))
    assert body == BODY


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_template_makes_leaves_the_body_as_it_is(text: str) -> None:
    body = copy.deepcopy(BODY)
    compiled(text)(message(body))
    assert body == BODY
    assert list(body) == list(BODY)


@pytest.mark.parametrize("text", ["{% block b %}{{ self.b * 2 }}{% endblock %}", "{% macro m() %}{% endmacro %}{{ m < 1 }}"])
def test_an_error_says_what_a_value_is_not_where_it_lies_in_memory(text: str) -> None:
    with pytest.raises(CrossdockError, match="macro") as found:
        compiled(text)(message(BODY))
    assert "0x" not in str(found.value)
