from __future__ import annotations

from typing import Any

import pytest

from router.errors import MessageError
from tests.contracts.step import StepContract, message
from transforms.steps.filter import Filter


class TestFilter(StepContract):
    verb = "filter"
    value = "body.store != '9999'"

    def good(self) -> Any:
        return {"store": "1"}

    def bad(self) -> Any:
        return {"store": 1}


def test_true_goes_on_as_it_is_and_false_does_not() -> None:
    step = Filter("body.store != '9999'")
    given = message({"store": "1"})
    assert step.apply(given) is given
    assert step.apply(message({"store": "9999"})) is None
    assert step.rule == "filter: body.store != '9999'"


@pytest.mark.parametrize(
    ("body", "error"), [({"n": 1}, "type"), ({"n": None}, "null"), ({}, "undefined"), ({"n": ""}, "type")]
)
def test_a_condition_is_true_or_false(body: Any, error: str) -> None:
    with pytest.raises(MessageError) as caught:
        Filter("body.n").apply(message(body))
    assert (caught.value.stage, caught.value.error) == ("filter", error)
