"""The quick answer of a schema: what marshmallow would load, or doubt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, ValidationError, fields, post_load, pre_load, validate, validates

from transforms.steps.validate import same
from transforms.validation.quick import DOUBT, quick_way
from transforms.validation.schema import settle


class Position(Schema):
    sku = fields.Str(required=True)
    qty = fields.Int(required=True, validate=validate.Range(min=1))
    price = fields.Float()
    note = fields.Str(allow_none=True)


class Sale(Schema):
    class Meta:
        unknown = EXCLUDE

    no = fields.Str(required=True, validate=validate.Length(min=1, max=4))
    mail = fields.Email()
    kind = fields.Str(validate=validate.OneOf(["ship", "pickup"]))
    gift = fields.Bool()
    total = fields.Decimal()
    tags = fields.List(fields.Str(validate=validate.Length(min=1)), validate=validate.Length(max=2))
    lines = fields.List(fields.Nested(Position), required=True)
    first = fields.Nested(Position(only=("sku",)))
    many = fields.Nested(Position, many=True)
    extra = fields.Dict()
    raw = fields.Raw()


class Tree(Schema):
    name = fields.Str(required=True)
    below = fields.List(fields.Nested(lambda: Tree()))


def made(schema: Schema) -> Schema:
    settle(schema, None, [schema])
    return schema


ORDER, TREE = made(Sale()), made(Tree())
WHOLE = {
    "no": "A1", "mail": "a@example.org", "kind": "ship", "gift": True, "total": Decimal("1.50"), "tags": ["x"],
    "lines": [{"sku": "S", "qty": 1, "price": Decimal("0.1"), "note": None}], "first": {"sku": "S"},
    "many": [{"sku": "S", "qty": 2}], "extra": {"a": [1]}, "raw": [1, {"b": None}],
}  # fmt: skip


def quick(schema: Schema, body: Any) -> Any:
    way = quick_way(schema)
    assert way is not None
    return way(body)


def test_a_body_without_mistakes_is_answered_at_once() -> None:
    assert quick(ORDER, WHOLE) is WHOLE
    tree = {"name": "a", "below": [{"name": "b", "below": []}]}
    assert quick(TREE, tree) is tree


def test_what_a_schema_excludes_is_left_out_at_every_depth() -> None:
    schema = made(Sale(unknown=EXCLUDE))
    settle(schema, EXCLUDE, [schema])
    body = {"x": 1, "lines": [{"sku": "S", "qty": 1, "x": 1}, {"sku": "T", "qty": 2}], "no": "A", "first": {"sku": "S", "x": 1}}
    loaded = quick(schema, body)
    assert loaded == {"no": "A", "lines": [{"sku": "S", "qty": 1}, {"sku": "T", "qty": 2}], "first": {"sku": "S"}}
    assert list(loaded) == list(schema.load(body))
    assert body["x"] == 1


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 9), st.text(max_size=5), st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(["ship", "a@b", "a@example.org", "1", "true"]), st.lists(st.integers(0, 2), max_size=2),
    st.sampled_from([{}, {"sku": "S"}, {"sku": "S", "qty": 1}, {"sku": 1, "qty": True}, {"sku": "S", "qty": 1, "x": 1}]),
)  # fmt: skip
PATHS: list[tuple[Any, ...]] = [
    *((name,) for name in (*WHOLE, "unknown")), ("tags", 0), ("lines", 0), ("lines", 0, "sku"), ("lines", 0, "qty"),
    ("lines", 0, "price"), ("lines", 0, "note"), ("lines", 0, "unknown"), ("first", "sku"), ("first", "qty"), ("many", 0),
]  # fmt: skip


def replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with one value changed, or taken away where the value is ..."""
    head, *rest = path
    copy: Any = list(body) if isinstance(body, list) else dict(body)
    if rest:
        copy[head] = replaced(copy[head], tuple(rest), value)
    elif value is ...:
        copy.pop(head, None) if isinstance(copy, dict) else copy.pop(head)
    else:
        copy[head] = value
    return copy


@given(st.sampled_from(PATHS), st.one_of(st.just(...), VALUES))
def test_it_never_says_more_than_marshmallow(path: tuple[Any, ...], value: Any) -> None:
    body = replaced(WHOLE, path, value)
    loaded = quick(ORDER, body)
    if loaded is not DOUBT:
        assert same(loaded, ORDER.load(body))


@pytest.mark.parametrize(
    "body",
    [{}, {"no": "A"}, {"no": 1, "lines": []}, {"no": "A", "lines": ()},
     {"no": "A", "lines": [], "gift": 1}, {"no": "A", "lines": [{"sku": "S", "qty": True}]}, [], None,
     {"no": "A", "lines": [], "total": Decimal("NaN")}, {"no": "A", "lines": [], "many": {"sku": "S", "qty": 2}}],
)  # fmt: skip
def test_it_leaves_the_rest_to_marshmallow(body: Any) -> None:
    assert quick(ORDER, body) is DOUBT


class Loads(Schema):
    @post_load
    def made(self, data: Any, **_: Any) -> Any:
        return {**data, "more": 1}


class Before(Schema):
    @pre_load
    def made(self, data: Any, **_: Any) -> Any:
        return data


class Checks(Schema):
    no = fields.Str()

    @validates("no")
    def good(self, value: str, data_key: str) -> None:
        raise ValidationError("never")


class Own(Schema):
    def load(self, *args: Any, **kwargs: Any) -> Any:
        return {}


class Renamed(Schema):
    no = fields.Str(data_key="number")


class Default(Schema):
    no = fields.Str(load_default="A")


class Turned(Schema):
    at = fields.DateTime()


class Deep(Schema):
    inner = fields.Nested(Turned)


class Cents(Schema):
    total = fields.Decimal(places=2)


class MyText(fields.String):
    pass


class OwnField(Schema):
    no = MyText()


@pytest.mark.parametrize("schema", [Loads, Before, Checks, Own, Renamed, Default, Turned, Deep, Cents, OwnField])
def test_what_may_change_a_body_has_no_quick_answer(schema: type[Schema]) -> None:
    assert quick_way(made(schema())) is None


def test_partial_has_none_and_unknown_names_are_left_to_marshmallow() -> None:
    assert quick_way(Position(partial=True)) is None
    for unknown in (INCLUDE, RAISE):
        assert quick(Position(unknown=unknown), {"sku": "S", "qty": 1, "x": 1}) is DOUBT


def test_a_validator_of_the_project_that_breaks_is_asked_again_by_marshmallow() -> None:
    def broken(value: str) -> None:
        raise ZeroDivisionError

    class Odd(Schema):
        no = fields.Str(validate=broken)

    assert quick(Odd(), {"no": "A"}) is DOUBT
