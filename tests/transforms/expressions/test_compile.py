"""What is nested too deeply: said where it is read, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from router.errors import ExpressionError, ExpressionSyntaxError
from router.registry import ContentError
from tests.contracts.step import Files, message
from transforms.expressions import compile_expression
from transforms.maps import compile_map
from transforms.templates import TemplateSet, compile_text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "1" + ")" * 500, "[" * 500 + "]" * 500, "-" * 5000 + "1", "body" + ".a" * 5000, "not " * 300 + "true",
        " + ".join(["1"] * 5000), " or ".join(["1 == 2"] * 300), "'a'" + " | upper" * 900, "1" * 5000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_an_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionSyntaxError, match=r"nested too deeply|too long"):
        compile_expression(text)
    with pytest.raises(ExpressionSyntaxError, match=r"^a: .*(nested too deeply|too long)|^it is nested too deeply"):
        compile_map({"fields": {"a": text}})


def test_a_map_is_refused() -> None:
    loops: Any = {"each": "x in body.l", "value": "1"}
    fields: Any = "1"
    for _ in range(900):
        loops = {"each": "x in body.l", "value": loops}
        fields = {"fields": {"a": fields}}
    for spec in (loops, fields):
        with pytest.raises(ExpressionSyntaxError, match="nested too deeply"):
            compile_map({"fields": {"a": spec}})


@pytest.mark.parametrize(
    "text",
    [
        "{% for x in body.l %}" * 30 + "{% endfor %}" * 30,
        "{% if true %}" * 120 + "{% endif %}" * 120,
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
        "{{ " + " + ".join(["1"] * 300) + " }}",
    ],
    ids=lambda text: text[:12],
)
def test_a_template_is_refused_and_one_that_is_included_too(text: str) -> None:
    for files in ({"a.txt.j2": text}, {"a.txt.j2": "{% include 'b.txt.j2' %}", "b.txt.j2": text}):
        content = Files({f"transforms/templates/{name}": body for name, body in files.items()})
        with pytest.raises(ContentError, match="nested too deeply for one template") as caught:
            TemplateSet(content).compile("a.txt.j2")
        assert caught.value.path == f"transforms/templates/{list(files)[-1]}"
    with pytest.raises(ExpressionSyntaxError, match="nested too deeply"):
        compile_text(text)


def test_a_value_that_is_nested_too_deeply() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ExpressionError, match="the value is nested too deeply") as caught:
        compile_expression("body.deep | unique | length")(message({"deep": deep}))
    assert caught.value.error == "limit"
