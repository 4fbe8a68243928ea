"""The quick way through a schema, for bodies without a mistake whose values need no other type.

Marshmallow builds an error store, a getter and a copy for every field; this only compares, and leaves out what a schema
excludes. The answer is what `schema.load(body)` would give, the body itself where that is equal, or DOUBT: then
marshmallow is asked. A schema with anything in it that is not known here has no quick way.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from inspect import isroutine
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, fields, missing

from transforms.modules import is_signal
from transforms.validation.schema import FOLDER

Quick = Callable[[Any], Any]
Test = Callable[[Any], bool]
Plan = tuple[str, bool, bool, type | None, Quick | None, tuple[Test, ...]]
"""A field's name, required, may be null, the type of its value, what loads it, what else must hold."""

DOUBT: Final = object()
ABSENT: Final = object()
PLAIN: dict[type, type | None] = {
    fields.String: str, fields.Email: str, fields.Url: str, fields.Integer: int, fields.Raw: None,
}  # fmt: skip
"""Fields that leave a value of this one type as it is, and the rest to their validators."""


class NoQuickWay(Exception):
    """This schema or field needs marshmallow each time."""


def quick_way(schema: Schema) -> Quick | None:
    """None where there is none."""
    try:
        return of_schema(schema, schema.unknown, {})
    except NoQuickWay:
        return None


def of_schema(schema: Schema, unknown: str, known: dict[tuple[int, str], Quick]) -> Quick:
    """`known` holds what is being made: schemas may contain themselves."""
    if (id(schema), unknown) in known:
        return known[id(schema), unknown]
    if schema.partial or schema.dict_class is not dict or any(schema._hooks.values()) or own_ways(type(schema)):
        raise NoQuickWay
    plan: list[Plan] = []
    answer = of_plan(plan, unknown == EXCLUDE)
    known[id(schema), unknown] = answer = listed(answer) if schema.many else answer
    plan.extend(of_field(name, field, known) for name, field in schema.load_fields.items())
    return answer


def own_ways(kind: type[Schema]) -> bool:
    """Whether a schema class has methods of its own, which may load in any way."""
    own = (one for one in kind.__mro__ if one not in Schema.__mro__)
    return any(isroutine(value) or isinstance(value, property) for one in own for value in vars(one).values())


def of_plan(plan: list[Plan], excludes: bool) -> Quick:
    def load(body: Any) -> Any:
        if type(body) is not dict:
            return DOUBT
        seen = 0
        changed: dict[str, Any] = {}
        for name, required, null, kind, inner, tests in plan:
            value = body.get(name, ABSENT)
            if value is ABSENT:
                if required:
                    return DOUBT
                continue
            seen += 1
            if value is None and null:
                continue
            if kind is not None and type(value) is not kind:
                return DOUBT
            if inner is not None:
                loaded = inner(value)
                if loaded is DOUBT:
                    return DOUBT
                if loaded is not value:
                    value = changed[name] = loaded
            for test in tests:
                if not test(value):
                    return DOUBT
        if seen == len(body) and not changed:
            return body
        if seen != len(body) and not excludes:
            return DOUBT
        return {name: changed.get(name, body[name]) for name, *_ in plan if name in body}

    return load


def of_field(name: str, field: fields.Field[Any], known: dict[tuple[int, str], Quick]) -> Plan:
    renamed = field.attribute not in (None, name) or field.data_key not in (None, name) or "." in name
    if renamed or field.load_default is not missing:
        raise NoQuickWay
    kind, inner, tests = of_type(field, known)
    return name, field.required, field.allow_none, kind, inner, (*tests, *map(passes, field.validators))


def of_type(
    field: fields.Field[Any], known: dict[tuple[int, str], Quick]
) -> tuple[type | None, Quick | None, tuple[Test, ...]]:
    """The type of values that a field leaves as they are, what loads the inside, and what else must hold."""
    made = type(field)
    if made in PLAIN:
        # A null that is not allowed is of no type; any other value of a raw field is as it is.
        return PLAIN[made], None, (lambda value: value is not None,) if PLAIN[made] is None else ()
    if isinstance(field, fields.Boolean) and made is fields.Boolean and True in field.truthy and False in field.falsy:
        return bool, None, ()
    if made is fields.Float or (isinstance(field, fields.Decimal) and made is fields.Decimal and field.places is None):
        return Decimal, None, (Decimal.is_finite,)
    if isinstance(field, fields.Nested) and made is fields.Nested:
        return None, of_schema(field.schema, field.unknown or field.schema.unknown, known), ()
    if isinstance(field, fields.List) and made is fields.List:
        return list, listed(of_item(field.inner, known)), ()
    if isinstance(field, fields.Dict) and made is fields.Dict and field.key_field is None and field.value_field is None:
        return dict, None, ()
    raise NoQuickWay


def of_item(field: fields.Field[Any], known: dict[tuple[int, str], Quick]) -> Quick:
    """A field inside a list."""
    kind, inner, tests = of_type(field, known)
    tests = (*tests, *map(passes, field.validators))
    null = field.allow_none
    if inner is not None and not tests and not null and kind is None:
        return inner

    def load(value: Any) -> Any:
        if value is None and null:
            return value
        if kind is not None and type(value) is not kind:
            return DOUBT
        loaded = value if inner is None else inner(value)
        return loaded if loaded is not DOUBT and all(test(loaded) for test in tests) else DOUBT

    return load


def listed(one: Quick) -> Quick:
    def load(values: Any) -> Any:
        if type(values) is not list:
            return DOUBT
        changed = False
        found = []
        for value in values:
            loaded = one(value)
            if loaded is DOUBT:
                return DOUBT
            changed = changed or loaded is not value
            found.append(loaded)
        return found if changed else values

    return load


def passes(validator: Callable[[Any], Any]) -> Test:
    """A validator of marshmallow or of the project. What it raises, it raises again where marshmallow asks it."""

    def passed(value: Any) -> bool:
        try:
            validator(value)
        except BaseException as error:
            if is_signal(error, FOLDER):
                raise
            return False
        return True

    return passed
