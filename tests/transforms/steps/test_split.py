from __future__ import annotations

from typing import Any, ClassVar

import pytest
from lxml import etree

from router.errors import MessageError
from router.message import Message
from tests.contracts.step import StepContract, message
from transforms.steps.split import Split


class TestSplit(StepContract):
    verb = "split"
    value: ClassVar[Any] = {"by": "body.lines"}

    def good(self) -> Any:
        return {"lines": [{"a": 1}, {"a": 2}]}

    def bad(self) -> Any:
        return {"lines": {"a": 1}}

    def act(self, step: Any, given: Message) -> Any:
        return step.bodies(given)


@pytest.mark.parametrize(
    ("value", "by_codec", "reject"),
    [
        ("records", True, False),
        ({"by": "records", "bad": "reject"}, True, True),
        ({"bad": "dead_letter"}, True, False),
        ({"by": "body.x"}, False, False),
    ],
)
def test_who_cuts(value: Any, by_codec: bool, reject: bool) -> None:
    step = Split(value)
    assert (step.by_codec, step.reject) == (by_codec, reject)


def test_an_expression_gives_the_bodies() -> None:
    assert Split({"by": "body.lines"}).bodies(message({"lines": [1, {"a": 2}]})) == [1, {"a": 2}]
    assert Split({"by": "body"}).bodies(message([])) == []


def test_elements_of_xml() -> None:
    body = etree.fromstring('<p:L xmlns:p="u"><p:Line>1</p:Line><p:Line>2</p:Line></p:L>')
    found = Split({"by": "body | xpath_all('p:Line')"}).bodies(message(body))
    assert [element.text for element in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "error", "reason"),
    [
        ({"lines": "x"}, "type", "body.lines is a text, not a list"),
        ({"lines": None}, "null", "body.lines is null, not a list"),
        ({}, "undefined", "body.lines is undefined"),
    ],
)
def test_refusal(body: Any, error: str, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        Split({"by": "body.lines"}).bodies(message(body))
    assert (caught.value.stage, caught.value.error, caught.value.reason) == ("split", error, reason)


def test_group_and_keys_are_expressions() -> None:
    step = Split({"by": "records", "group": ["body.store", "body.ticket"], "keys": {"ticket": "body[0].ticket"}})
    assert [expression(message({"store": 1, "ticket": 2})) for expression in step.group] == [1, 2]
    assert step.keys["ticket"](message([{"ticket": "7"}])) == "7"
