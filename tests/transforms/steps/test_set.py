from __future__ import annotations

from typing import Any, ClassVar

import pytest

from router.errors import ExpressionSyntaxError, MessageError
from tests.contracts.step import StepContract, message
from transforms.steps.set import Set


class TestSet(StepContract):
    verb = "set"
    value: ClassVar[Any] = {"body.a.b": "body.x + 1", "headers.X-Store": "body.x"}

    def good(self) -> Any:
        return {"x": 1, "a": {"c": [1]}}

    def bad(self) -> Any:
        return {"x": "1"}


def test_fields_and_headers_get_new_values() -> None:
    result = Set({"body.a.b": "body.x + 1", "body.new.deep": "'t'", "headers.X-Store": "body.x"}).apply(
        message({"x": 1})
    )
    assert result.body == {"x": 1, "a": {"b": 2}, "new": {"deep": "t"}}
    assert dict(result.headers) == {"content-type": "x/y", "x-store": "1"}
    assert result.changed


def test_all_see_the_message_as_it_was() -> None:
    result = Set({"body.a": "body.b", "body.b": "body.a"}).apply(message({"a": 1, "b": 2}))
    assert result.body == {"a": 2, "b": 1}


def test_a_header_alone_leaves_the_body_as_it_came_in() -> None:
    result = Set({"headers.x": "'1'"}).apply(message({"a": 1}))
    assert not result.changed


@pytest.mark.parametrize(
    ("value", "body", "error", "reason"),
    [
        ({"body.a.b": "1"}, {"a": 5}, "type", "body.a.b cannot be set: body.a is a number, not an object"),
        ({"body.a.b": "1"}, {"a": None}, "null", "body.a.b cannot be set: body.a is null, not an object"),
        ({"body.a": "1"}, "text", "type", "body.a cannot be set: body is a text, not an object"),
        ({"body.a": "body.x"}, {}, "undefined", "body.x is undefined"),
        ({"headers.h": "body.a"}, {"a": []}, "type", "headers.h: a list, not a text, a number or a date; use | json"),
        ({"headers.h": "body.a"}, {"a": "x\r\ny: z"}, "value", "headers.h: the value 'x\\r\\ny: z' has a line break"),
    ],
)
def test_refusal(value: Any, body: Any, error: str, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        Set(value).apply(message(body))
    assert (caught.value.stage, caught.value.error, caught.value.reason) == ("set", error, reason)


@pytest.mark.parametrize("place", ["body", "x.y", "headers", "body.a..b", "message.id"])
def test_only_the_body_and_headers_can_be_set(place: str) -> None:
    with pytest.raises(ExpressionSyntaxError, match=r"set changes body.FIELD or headers.NAME"):
        Set({place: "1"})
