"""What marshmallow schemas load: the type of the body behind `validate`.

A schema or field whose class does anything of its own is not known: it may load whatever it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, fields, missing, validate

from transforms.types.kinds import (
    ANY,
    AWARE,
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    JSON,
    NAIVE,
    TEXT,
    TIME,
    Object,
    Scalar,
    Type,
    list_of,
    object_of,
    of_value,
    union,
)

SCALARS: Mapping[type, Type] = {
    fields.String: TEXT, fields.Email: TEXT, fields.Url: TEXT, fields.Integer: INT, fields.Float: DECIMAL,
    fields.Decimal: DECIMAL, fields.Boolean: BOOL, fields.DateTime: DATETIME, fields.NaiveDateTime: NAIVE,
    fields.AwareDateTime: AWARE, fields.Date: DATE, fields.Time: TIME,
}  # fmt: skip
LOADS = ("deserialize", "_deserialize", "_validated", "_bind_to_schema")
"""Methods of a field that say what it loads."""
OWN = ("load", "_do_load", "_deserialize", "_invoke_load_processors", "_init_fields", "dict_class")
"""Of a schema, the same."""
MOST_LEVELS = 40


class Schemas:
    """Types of schemas, each made once."""

    def __init__(self) -> None:
        self.known: dict[int, Type] = {}
        self.takes: dict[int, Type] = {}
        self.held: list[Schema] = []
        """So that no other schema gets the identity of one that is gone."""

    def of(self, schema: Schema) -> Type:
        if id(schema) not in self.known:
            self.held.append(schema)
            self.known[id(schema)] = loaded(schema, schema.unknown, ())
        return self.known[id(schema)]

    def taken(self, schema: Schema) -> Type:
        """Bodies that it does not refuse for their fields: of these it looks at their names alone."""
        if id(schema) not in self.takes:
            self.held.append(schema)
            self.takes[id(schema)] = let_in(schema, schema.unknown, ())
        return self.takes[id(schema)]


def let_in(schema: Schema, unknown: str, above: tuple[int, ...]) -> Type:
    """Null and absence are let in everywhere: whether they are refused is not asked here."""
    if id(schema) in above or len(above) > MOST_LEVELS or of_its_own(schema) or schema._hooks.get("pre_load"):
        return ANY
    found = {field.data_key or name: let_in_field(field, (*above, id(schema))) for name, field in schema.load_fields.items()}
    made = object_of(found, None if unknown == RAISE else JSON.maybe)
    return list_of(made) if schema.many else made


def let_in_field(field: fields.Field[Any], above: tuple[int, ...]) -> Type:
    kind = known_kind(type(field))
    if kind is fields.Nested and not getattr(field, "pre_load", None):
        nested: Any = field
        return let_in(nested.schema, nested.unknown or nested.schema.unknown, above).nullable.maybe
    if kind is fields.List and not getattr(field, "pre_load", None):
        inner: fields.Field[Any] = field.inner  # type: ignore[attr-defined]
        return list_of(let_in_field(inner, above)).nullable.maybe
    return JSON.maybe


def loaded(schema: Schema, unknown: str, above: tuple[int, ...]) -> Type:
    """`above` are the schemas that it is nested in: what contains itself is not followed for ever."""
    if id(schema) in above or len(above) > MOST_LEVELS or of_its_own(schema):
        return ANY
    found: dict[str, Type] = {}
    for name, field in schema.load_fields.items():
        key = field.attribute or name
        if "." in key:
            return ANY
        type_ = of_field(field, (*above, id(schema)))
        found[key] = type_.maybe if schema.partial else type_
    made = object_of(found, ANY.maybe if unknown == INCLUDE else None)
    return list_of(made) if schema.many else made


def of_its_own(schema: Schema) -> bool:
    """Whether what it loads may be anything: hooks behind the loading, methods that are not marshmallow's."""
    if schema._hooks.get("post_load"):
        return True
    return any(getattr(type(schema), name, None) is not getattr(Schema, name, None) for name in OWN)


def of_field(field: fields.Field[Any], above: tuple[int, ...]) -> Type:
    """With null and absence, as the field allows them."""
    found = of_value_of(field, above)
    default = field.load_default
    if field.allow_none:
        found = found.nullable
    if default is not missing:
        return union([found, ANY if callable(default) else of_value(default)])
    return found if field.required else found.maybe


def of_value_of(field: fields.Field[Any], above: tuple[int, ...]) -> Type:
    kind = known_kind(type(field))
    if kind is None or getattr(field, "post_load", None):
        return ANY
    if kind is fields.Nested:
        nested: Any = field
        return loaded(nested.schema, nested.unknown or nested.schema.unknown, above)
    if kind is fields.List:
        inner: fields.Field[Any] = field.inner  # type: ignore[attr-defined]
        item = of_value_of(inner, above)
        return list_of(item.nullable if inner.allow_none else item)
    if kind is fields.Dict:
        return of_dict(field, above)
    return chosen(SCALARS[kind], field.validators)


def of_dict(field: Any, above: tuple[int, ...]) -> Type:
    value = ANY if field.value_field is None else of_value_of(field.value_field, above)
    if field.value_field is not None and field.value_field.allow_none:
        value = value.nullable
    return Type((Object({}, value.maybe),))


def known_kind(kind: type) -> type | None:
    """The class of marshmallow that loads for it; None where it has methods of its own."""
    for base in kind.__mro__:
        if base in SCALARS or base in (fields.Nested, fields.List, fields.Dict):
            same = all(getattr(kind, name, None) is getattr(base, name, None) for name in LOADS)
            return base if same else None
    return None


def chosen(type_: Type, validators: Iterable[Any]) -> Type:
    """Of `OneOf` and `Equal` the values are known, of `Range` the smallest and the largest."""
    for one in validators:
        choices = one.choices if type(one) is validate.OneOf else None
        values = list(choices) if isinstance(choices, list | tuple | set | frozenset) else []
        if type(one) is validate.Equal:
            values = [one.comparable]
        (kind,) = type_.kinds
        if values and isinstance(kind, Scalar) and all(of_its_kind(value, kind) for value in values):
            return Type((Scalar(kind.name, frozenset(values), kind.zone),))
        if type(one) is validate.Range and isinstance(kind, Scalar) and kind.name in ("int", "decimal"):
            type_ = Type((Scalar(kind.name, None, None, bound(one.min, kind.low, max), bound(one.max, kind.high, min)),))
    return type_


def bound(own: Any, other: Any, tighter: Callable[..., Any]) -> Any:
    if isinstance(own, bool) or not isinstance(own, int | Decimal):
        return other
    return own if other is None else tighter(own, other)


def of_its_kind(value: Any, kind: Scalar) -> bool:
    name = {"text": str, "int": int, "bool": bool}.get(kind.name)
    return name is not None and type(value) is name
