from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from router.errors import MessageError
from router.message import Message
from tests.contracts.step import StepContract, message
from transforms.steps.dedupe import Dedupe


class TestDedupe(StepContract):
    verb = "dedupe"
    value: ClassVar[Any] = {"key": "body.no"}

    def good(self) -> Any:
        return {"no": "1001"}

    def bad(self) -> Any:
        return {"no": None}

    def act(self, step: Any, given: Message) -> Any:
        return step.key(given)


def test_defaults() -> None:
    step = Dedupe({"key": "body.no"})
    assert (step.within, step.changed, step.rule) == (604_800.0, "dead", "dedupe: body.no")
    step = Dedupe({"key": "body.no", "within": 60.0, "changed": "duplicate"})
    assert (step.within, step.changed) == (60.0, "duplicate")


@pytest.mark.parametrize(
    ("value", "key"),
    [("a", "a"), (1, "1"), (Decimal("1.50"), "1.50"), (dt.date(2026, 1, 31), "2026-01-31")],
)
def test_the_key_is_a_text(value: Any, key: str) -> None:
    assert Dedupe({"key": "body.no"}).key(message({"no": value})) == key


@pytest.mark.parametrize(
    ("value", "error", "reason"),
    [
        (None, "null", "body.no is null; a key is a text, a number or a date"),
        (True, "type", "body.no is true or false; a key is a text, a number or a date"),
        ({}, "type", "body.no is an object; a key is a text, a number or a date"),
        ([], "type", "body.no is a list; a key is a text, a number or a date"),
        ("\ud800", "value", "body.no: the key holds the lone surrogate U+D800"),
        ("", "value", "body.no is empty; a key says which message it is"),
    ],
)
def test_what_is_no_key(value: Any, error: str, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        Dedupe({"key": "body.no"}).key(message({"no": value}))
    assert (caught.value.stage, caught.value.error, caught.value.reason) == ("dedupe", error, reason)
