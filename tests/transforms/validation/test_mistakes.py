from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from router.errors import Detail
from transforms.validation.mistakes import invalid


class Price(Schema):
    value = fields.Int(required=True)


class Order(Schema):
    no = fields.Int(data_key="orderNo")
    prices = fields.Dict(keys=fields.Str(), values=fields.Nested(Price))
    lists = fields.List(fields.List(fields.Int()))
    price = fields.Nested(Price)


def failure(body: Any) -> Any:
    with pytest.raises(ValidationError) as caught:
        Order().load(body)
    return invalid(caught.value.messages, Order(), body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"orderNo": "x"}, "orderNo"),
        ({"prices": {"a": {"value": "x"}}}, "prices.a.value"),
        ({"prices": {"value": {"value": "x"}}}, "prices.value.value"),
        ({"lists": [[1], [1, "x"]]}, "lists[1][1]"),
        ({"price": {"value": "x"}}, "price.value"),
    ],
)
def test_paths(body: Any, path: str) -> None:
    error = failure(body)
    assert error.details == (Detail(path, "Not a valid integer."),)
    assert error.reason == f"1 field is wrong: {path}: Not a valid integer. (is 'x')"


def test_what_is_missing_inside_an_object_of_any_names() -> None:
    assert failure({"prices": {"a": {}}}).details == (Detail("prices.a.value", "Missing data for required field."),)


def test_a_wrong_name_in_an_object_of_any_names() -> None:
    assert failure({"prices": {1: {"value": 1}}}).details == (Detail("prices[1]", "Not a valid string."),)


def test_long_messages_stay_on_one_line() -> None:
    error = invalid({"no": ["two\n  lines", {"x": "deeper"}]}, Order(), {"no": []})
    assert error.details == (Detail("no", "two lines"), Detail("no.x", "deeper"))
    assert error.reason == "2 fields are wrong: no: two lines. no.x: deeper."
