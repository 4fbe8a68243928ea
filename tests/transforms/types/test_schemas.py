"""What is known of what a marshmallow schema loads."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, fields, post_load, pre_load, validate

from transforms.types.fields import inside
from transforms.types.kinds import (
    ABSENT,
    ANY,
    AWARE,
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    JSON,
    NAIVE,
    NULL,
    TEXT,
    TIME,
    ListOf,
    Object,
    Scalar,
    Type,
    union,
)
from transforms.types.schemas import Schemas


def loaded(schema: Schema) -> Type:
    return Schemas().of(schema)


def field(one: fields.Field[Any]) -> Type:
    """The type of a field of an object."""
    return inside(loaded(Schema.from_dict({"a": one})()), "a")


@pytest.mark.parametrize(
    ("one", "type_"),
    [
        (fields.Str, TEXT), (fields.Email, TEXT), (fields.Url, TEXT), (fields.Int, INT), (fields.Decimal, DECIMAL),
        (fields.Float, DECIMAL), (fields.Bool, BOOL), (fields.DateTime, DATETIME), (fields.AwareDateTime, AWARE),
        (fields.NaiveDateTime, NAIVE), (fields.Date, DATE), (fields.Time, TIME), (fields.Raw, ANY), (fields.UUID, ANY),
        (fields.TimeDelta, ANY), (fields.IP, ANY),
    ],
)  # fmt: skip
def test_kinds_of_fields(one: Any, type_: Type) -> None:
    assert field(one(required=True)) == type_
    assert field(one()) == type_.maybe


def test_null_and_defaults() -> None:
    assert field(fields.Str(required=True, allow_none=True)) == TEXT.nullable
    assert field(fields.Str(load_default=None)) == TEXT.nullable
    assert field(fields.Int(load_default=5)) == INT
    assert field(fields.Int(load_default="none")) == union([INT, Type((Scalar("text", frozenset({"none"})),))])
    assert field(fields.Int(load_default=lambda: 5)) == ANY


def test_names() -> None:
    schema = Schema.from_dict({"a": fields.Str(data_key="A"), "b": fields.Str(attribute="c"), "d": fields.Str(dump_only=True)})
    (kind,) = loaded(schema()).kinds
    assert isinstance(kind, Object)
    assert set(kind.fields) == {"a", "c"}
    assert loaded(Schema.from_dict({"a": fields.Str(attribute="b.c")})()) == ANY


@pytest.mark.parametrize(("unknown", "others"), [(RAISE, False), (EXCLUDE, False), (INCLUDE, True)])
def test_other_fields_stay_where_they_are_included(unknown: str, others: bool) -> None:
    class Inner(Schema):
        a = fields.Str()

    inner = field(fields.Nested(Inner, required=True, unknown=unknown))
    assert inside(loaded(Inner(unknown=unknown)), "z").unknown is others
    assert inside(inner, "z").unknown is others


def test_lists_and_objects_of_any_names() -> None:
    assert field(fields.List(fields.Int(allow_none=True), required=True)) == Type((ListOf(INT.nullable),))
    assert inside(field(fields.Dict(values=fields.Int(), required=True)), "any") == INT.maybe
    assert inside(field(fields.Dict(required=True)), "any") == ANY.maybe


def test_many_and_partial() -> None:
    class One(Schema):
        a = fields.Str(required=True)

    (kind,) = loaded(One(many=True)).kinds
    assert isinstance(kind, ListOf)
    assert inside(loaded(One(partial=True)), "a") == TEXT.maybe
    assert isinstance(field(fields.Nested(One(many=True), required=True)).kinds[0], ListOf)


def test_words_that_are_possible() -> None:
    words = frozenset({"a", "b"})
    assert field(fields.Str(required=True, validate=validate.OneOf(["a", "b"]))) == Type((Scalar("text", words),))
    nullable = field(fields.Str(required=True, allow_none=True, validate=validate.OneOf(["a", "b"])))
    assert nullable == union([Type((Scalar("text", words),)), NULL])
    assert field(fields.Str(required=True, validate=validate.Equal("a"))) == Type((Scalar("text", frozenset("a")),))
    assert field(fields.Str(required=True, validate=validate.OneOf([1, 2]))) == TEXT
    assert field(fields.Str(required=True, validate=validate.OneOf(x for x in "ab"))) == TEXT  # type: ignore[arg-type]
    both = field(fields.Str(required=True, validate=[validate.Length(max=3), validate.OneOf(["a", "b"])]))
    assert both == Type((Scalar("text", words),))


def test_numbers_within_bounds() -> None:
    assert field(fields.Int(required=True, validate=validate.Range(min=1))) == Type((Scalar("int", None, None, 1),))
    both = fields.Decimal(required=True, validate=[validate.Range(max=5), validate.Range(min=1, max=9)])
    assert field(both) == Type((Scalar("decimal", None, None, 1, 5),))
    assert field(fields.Str(required=True, validate=validate.Range(min="a"))) == TEXT
    assert field(fields.Int(load_default=0, validate=validate.Range(min=1))) == Type((Scalar("int", None, None, 0),))


def test_one_that_contains_itself_is_followed_once() -> None:
    class Part(Schema):
        name = fields.Str(required=True)
        parts = fields.List(fields.Nested(lambda: Part()))

    found = loaded(Part())
    assert inside(found, "name") == TEXT
    assert not inside(found, "parts").unknown


def test_of_what_does_anything_of_its_own_nothing_is_known() -> None:
    class Later(Schema):
        a = fields.Str()

        @post_load
        def make(self, data: Any, **kwargs: Any) -> Any:
            return 5

    class Before(Schema):
        a = fields.Str(required=True)

        @pre_load
        def rename(self, data: Any, **kwargs: Any) -> Any:
            return data

    class Own(Schema):
        a = fields.Str()

        def load(self, *args: Any, **kwargs: Any) -> Any:
            return 5

    class Upper(fields.String):
        def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
            return 5

    class Named(fields.String):
        """One that only has another name."""

    assert loaded(Later()) == ANY
    assert loaded(Own()) == ANY
    assert inside(loaded(Before()), "a") == TEXT, "what comes before the loading does not change what fields load"
    assert field(Upper(required=True)) == ANY
    assert field(Named(required=True)) == TEXT
    assert field(fields.Function(deserialize=str)).unknown
    assert field(fields.Str(required=True, post_load=lambda value: 5)) == ANY


def test_what_is_let_in_are_the_names_in_the_message() -> None:
    class Line(Schema):
        class Meta:
            unknown = EXCLUDE

        sku = fields.Str(required=True)

    class Order(Schema):
        number = fields.Int(required=True, data_key="orderNo")
        lines = fields.List(fields.Nested(Line))
        first = fields.Nested(Line, unknown=RAISE)

    found = Schemas().taken(Order())
    assert inside(found, "orderNo") == JSON.maybe, "any value: what a field loads is asked elsewhere"
    assert inside(found, "number") == ABSENT
    assert inside(inside(found, "first"), "colour") == ABSENT
    (line,) = [kind.item for kind in inside(found, "lines").kinds if isinstance(kind, ListOf)]
    assert inside(line, "colour") == JSON.maybe, "what is left out may come"
    assert inside(Schemas().taken(Order(unknown=INCLUDE)), "more") == JSON.maybe


def test_a_schema_that_changes_what_comes_lets_in_anything() -> None:
    class Renaming(Schema):
        number = fields.Int()

        @pre_load
        def rename(self, data: Any, **kwargs: Any) -> Any:
            return {"number": data["no"]}

    assert Schemas().taken(Renaming()) == ANY
