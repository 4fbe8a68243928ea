from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from router.errors import Detail, MessageError
from tests.contracts.step import Files, StepContract, message
from transforms.steps.validate import Validate, same

ORDERS = """
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate, validates_schema

class Line(Schema):
    sku = fields.Str(required=True)
    qty = fields.Int(required=True, strict=True, validate=validate.Range(min=1))

class Order(Schema):
    no = fields.Str(required=True)
    total = fields.Decimal()
    lines = fields.List(fields.Nested(Line), required=True)
    prices = fields.Dict(keys=fields.Str(), values=fields.Nested("Line"))

    @validates_schema
    def not_zero(self, data, **kwargs):
        if data.get("no") == "0":
            raise ValidationError("an order has a number")

class Trimmed(Schema):
    no = fields.Str()

    @pre_load
    def trim(self, data, **kwargs):
        data["no"] = data["no"].strip()
        return data

class Broken(Schema):
    no = fields.Str(validate=lambda value: {}[value])

class Rated(Schema):
    rate = fields.Float()
    on = fields.Date()

class Node(Schema):
    v = fields.Int()
    kids = fields.List(fields.Nested(lambda: Node()))
"""
GOOD = {"no": "1", "lines": [{"sku": "a", "qty": 2}]}


def load(value: Any, text: str = ORDERS) -> Validate:
    return Validate(value, Files({"transforms/schemas/orders.py": text}))


class TestValidate(StepContract):
    verb = "validate"
    value = "orders.Order"
    files: ClassVar[Any] = {"transforms/schemas/orders.py": ORDERS}

    def good(self) -> Any:
        return {"no": "1", "total": "39.80", "lines": [{"sku": "a", "qty": 2}]}

    def bad(self) -> Any:
        return {"no": 1}


class TestValidateChanging(TestValidate):
    value = "orders.Trimmed"

    def good(self) -> Any:
        return {"no": " 1 "}


def test_what_was_right_as_it_was_stays_unchanged() -> None:
    given = message(GOOD)
    assert load("orders.Order").apply(given) is given


def test_the_body_becomes_what_the_schema_loads() -> None:
    result = load("orders.Order").apply(message({**GOOD, "total": "39.80"}))
    assert result.changed
    assert result.body["total"] == Decimal("39.80")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, Decimal(1)),
        (Decimal("1.0"), Decimal("1.00")),
        ([1], [1, 2]),
        ({"a": 1}, {"a": "1"}),
        ({"a": None}, {"b": None}),
    ],
)
def test_unlike_values_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)


def test_every_mistake_at_once_with_its_path_and_value() -> None:
    lines = [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 0}, {"qty": "x", "colour": "red"}]
    with pytest.raises(MessageError) as caught:
        load("orders.Order").apply(message({"no": 5, "lines": lines}))
    assert caught.value.error == "invalid"
    assert set(caught.value.details) == {
        Detail("no", "Not a valid string."),
        Detail("lines[1].qty", "Must be greater than or equal to 1."),
        Detail("lines[2].qty", "Not a valid integer."),
        Detail("lines[2].sku", "Missing data for required field."),
        Detail("lines[2].colour", "Unknown field."),
    }
    assert caught.value.reason.startswith("5 fields are wrong: ")
    assert "lines[2].qty: Not a valid integer. (is 'x')" in caught.value.reason


def test_a_mistake_of_the_whole_has_no_path() -> None:
    with pytest.raises(MessageError) as caught:
        load("orders.Order").apply(message({**GOOD, "no": "0"}))
    assert caught.value.details == (Detail("", "an order has a number"),)
    assert caught.value.reason == "1 field is wrong: the body: an order has a number."


def test_a_mistake_inside_an_object_of_any_names() -> None:
    with pytest.raises(MessageError) as caught:
        load("orders.Order").apply(message({**GOOD, "prices": {"x": {"sku": "a", "qty": "b"}}}))
    assert caught.value.details == (Detail("prices.x.qty", "Not a valid integer."),)


def test_many_mistakes_are_counted() -> None:
    with pytest.raises(MessageError) as caught:
        load("orders.Order").apply(message({"no": "1", "lines": [{}] * 60}))
    assert caught.value.reason.startswith("120 fields are wrong: ")
    assert caught.value.reason.endswith("And 110 more.")
    assert len(caught.value.details) == 100


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "the body is a list, not an object"),
        ("x", "the body is a text, not an object"),
        (None, "the body is null, not an object"),
        (b"x", "the body is bytes, not an object"),
    ],
)
def test_a_body_of_a_wrong_kind(body: Any, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        load("orders.Order").apply(message(body))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("unknown", "result"),
    [
        ("exclude", {"no": "1", "lines": [{"sku": "a", "qty": 2}]}),
        ("include", {"no": "1", "x": 1, "lines": [{"sku": "a", "qty": 2, "y": 2}]}),
    ],
)
def test_unknown_holds_for_nested_schemas_too(unknown: str, result: Any) -> None:
    body = {"no": "1", "x": 1, "lines": [{"sku": "a", "qty": 2, "y": 2}]}
    assert load({"schema": "orders.Order", "unknown": unknown}).apply(message(body)).body == result


def test_unknown_raise_holds_for_nested_schemas_too() -> None:
    text = ORDERS.replace("class Line(Schema):", "class Line(Schema):\n    class Meta:\n        unknown = EXCLUDE")
    body = {"no": "1", "lines": [{"sku": "a", "qty": 2, "y": 2}]}
    assert load("orders.Order", text).apply(message(body)).body == GOOD
    with pytest.raises(MessageError, match=r"lines\[0\].y: Unknown field"):
        load({"schema": "orders.Order", "unknown": "raise"}, text).apply(message(body))


def test_a_validator_that_fails_is_a_mistake_of_the_message() -> None:
    with pytest.raises(MessageError, match="the schema failed with KeyError: 'x'") as caught:
        load("orders.Broken").apply(message({"no": "x"}))
    assert caught.value.error == "invalid"


def test_a_validator_that_ends_the_program_ends_the_message() -> None:
    text = """
import sys
from marshmallow import Schema, fields


def leave(value):
    sys.exit(3)


class Leaving(Schema):
    no = fields.Str(validate=leave)
"""
    with pytest.raises(MessageError, match="the schema failed with SystemExit: 3"):
        load("orders.Leaving", text).apply(message({"no": "x"}))


def test_a_float_field_gives_exact_numbers() -> None:
    result = load("orders.Rated").apply(message({"rate": Decimal("39.80"), "on": "2026-01-31"}))
    assert repr(result.body["rate"]) == "Decimal('39.80')"
    assert result.body["on"] == dt.date(2026, 1, 31)
    with pytest.raises(MessageError, match="Not a valid number"):
        load("orders.Rated").apply(message({"rate": "abc"}))


def test_a_schema_may_contain_itself() -> None:
    body = {"v": 1, "kids": [{"v": 2, "kids": [{"v": "x", "z": 1, "kids": []}]}]}
    with pytest.raises(MessageError, match=r"kids\[0\].kids\[0\].v: Not a valid integer"):
        load("orders.Node").apply(message(body))
    body["kids"][0]["kids"][0]["v"] = 3  # type: ignore[index]
    loaded = load({"schema": "orders.Node", "unknown": "exclude"}).apply(message(body)).body
    assert loaded == {"v": 1, "kids": [{"v": 2, "kids": [{"v": 3, "kids": []}]}]}
