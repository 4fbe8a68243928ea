from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment
from jinja2.runtime import TemplateReference
from markupsafe import Markup

from router.errors import ExpressionError
from transforms.jinja.missing import Missing
from transforms.jinja.operators import TESTS, may_be_called, operators, reach
from transforms.jinja.printing import MODES, printer

OPERATORS = operators(printer(MODES["xml"]))


def test_no_author_can_write_the_name_of_an_operator() -> None:
    assert all(" " in name for name in OPERATORS)


@pytest.mark.parametrize(("key", "value"), [("items", [1]), ("keys", 2)])
def test_items_come_before_attributes(key: str, value: Any) -> None:
    assert OPERATORS["op reach"]({"items": [1], "keys": 2}, key, f"body.{key}", "body") == value


@pytest.mark.parametrize("value", ["text", 5, [1], {"a": 1}, None, object()])
def test_attributes_and_methods_of_python_are_not_there(value: Any) -> None:
    for name in ("__class__", "upper", "items", "append", "__init__"):
        assert type(OPERATORS["op reach"](value, name, f"x.{name}", "x")) is Missing


def test_printed_text_joins_what_is_escaped() -> None:
    assert OPERATORS["op cat"](Markup("<b/>"), "&", 1, ("m()", "'&'", "1")) == Markup("<b/>&amp;1")
    assert OPERATORS["op cat"]("<", "&", ("a", "b")) == "<&"


def test_printed_text_compares_as_text() -> None:
    assert OPERATORS["op eq"](Markup("a"), "a", "x", "y") is True


def test_conditions_are_true_or_false() -> None:
    assert OPERATORS["op truth"](True, "x") is True
    for value in (1, "", [], None, Missing(name="x")):
        with pytest.raises(ExpressionError):
            OPERATORS["op truth"](value, "x")


def test_lenient_words() -> None:
    assert OPERATORS["op default"](Missing(name="x"), 1) == 1
    assert OPERATORS["op default"](None, 1) is None
    assert [TESTS[name](Missing(name="x")) for name in ("defined", "undefined", "none")] == [False, True, False]


@pytest.mark.parametrize("value", [print, len, str, "".upper, dict, lambda: 1, None])
def test_nothing_of_python_is_called(value: Any) -> None:
    assert not may_be_called(value)


@pytest.mark.parametrize("key", ["__init__", "_TemplateReference__context", "nope"])
def test_a_block_that_is_not_there(key: str) -> None:
    reference = Environment().from_string("").new_context()
    with pytest.raises(ExpressionError, match=r"self.x is undefined: the template has no such block") as caught:
        reach(TemplateReference(reference), key, "self.x", "self")
    assert caught.value.error == "undefined"
