"""What the checker says is true: for any type, any values of it, and any expression."""

from __future__ import annotations

from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from router.config.types import Remark
from router.errors import ExpressionError, ExpressionSyntaxError
from router.message import Envelope, Message, utc_now
from tests.transforms.types.making import BODIES, EXPRESSIONS, WHOLE_EXPRESSIONS, Made, belongs
from transforms.expressions import compile_condition, compile_expression
from transforms.expressions.parse import parse
from transforms.types import remarks
from transforms.types.kinds import FALSE, TRUE, Type
from transforms.types.reader import Reader
from transforms.types.remarks import Remarks
from transforms.types.scope import received

ENVELOPE = Envelope("m", "r", "s", utc_now())
NOT_MEANT = (remarks.ALWAYS, remarks.BINDS)
"""Remarks on expressions that can be evaluated."""


def read(text: str, body: Type, condition: bool = False) -> tuple[Type, list[Remark]]:
    said = Remarks()
    reader = Reader(received("http", "/r").with_body(body), said, text)
    tree = parse(text)
    found = reader.condition(tree) if condition else reader.of(tree)
    return found, [one for one in said.found if one.number not in NOT_MEANT]


def outcome(expression: Any, value: Any) -> Any:
    """The value, or the error."""
    try:
        return expression(Message(ENVELOPE, value))
    except ExpressionError as error:
        return error


def tried(data: st.DataObject, made: Made, text: str, condition: bool = False) -> tuple[Type, list[Remark], list[Any]] | None:
    """What was read and what came out, for some values of the type; None for what is no expression."""
    type_, values = made
    try:
        expression = compile_condition(text) if condition else compile_expression(text)
    except ExpressionSyntaxError:
        return None
    found, said = read(text, type_, condition)
    bodies = data.draw(st.lists(values, min_size=1, max_size=4))
    outcomes = [outcome(expression, body) for body in bodies]
    note(f"{text}: {found}; {[str(one.message) for one in said]}; {list(zip(bodies, outcomes, strict=True))}")
    return found, said, outcomes


@given(st.data(), BODIES, WHOLE_EXPRESSIONS)
@settings(max_examples=150, deadline=None)
def test_what_can_only_fail_fails(data: st.DataObject, made: Made, text: str) -> None:
    """A field that is not there is undefined, or hangs on null."""
    seen = tried(data, made, text)
    if seen is None or not seen[1]:
        return
    _, said, outcomes = seen
    assert all(isinstance(one, ExpressionError) for one in outcomes)
    if {one.number for one in said} == {remarks.NO_FIELD}:
        assert any(one.error in ("undefined", "null", "type", "value") for one in outcomes)


@given(st.data(), BODIES, EXPRESSIONS)
@settings(max_examples=150, deadline=None)
def test_what_comes_out_is_of_the_type_that_was_said(data: st.DataObject, made: Made, text: str) -> None:
    seen = tried(data, made, text)
    if seen is None:
        return
    found, said, outcomes = seen
    for one in outcomes:
        assert isinstance(one, ExpressionError) or said or belongs(one, found)


@given(st.data(), BODIES, EXPRESSIONS)
@settings(max_examples=150, deadline=None)
def test_a_condition_that_is_always_so_is_so(data: st.DataObject, made: Made, text: str) -> None:
    seen = tried(data, made, text, condition=True)
    if seen is None or seen[0] not in (TRUE, FALSE):
        return
    found, _, outcomes = seen
    for one in outcomes:
        assert isinstance(one, ExpressionError) or one is (found == TRUE)
