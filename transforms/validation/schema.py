"""Marshmallow schemas of a project, ready for `validate`: nested ones found, numbers exact, `unknown` handed down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any, Literal

from marshmallow import Schema, class_registry, fields

from router.ports import Content
from router.registry import ContentError
from transforms.modules import ModuleLoader, line_of

Unknown = Literal["raise", "exclude", "include"]

FOLDER = "transforms/schemas/"
PACKAGE = "transforms.schemas."
LOADING = Lock()
"""Marshmallow finds schemas that are nested by name in one registry of the process: one version is loaded at a time."""


def load_schema(name: str, unknown: Unknown | None, content: Content) -> Schema:
    """`module.Schema`, as one object for all messages and threads. Raises ContentError."""
    module, _, wanted = name.rpartition(".")
    path = f"{FOLDER}{module.replace('.', '/')}.py"
    with LOADING, registry_to_itself():
        found = vars(ModuleLoader(content, FOLDER).load(module)).get(wanted)
        if not (isinstance(found, type) and issubclass(found, Schema)):
            raise ContentError(absent(module, wanted, found, content), path)
        try:
            schema = found() if unknown is None else found(unknown=unknown)
            settle(schema, unknown, [schema])
        except Exception as error:
            raise ContentError(f"{wanted}: {type(error).__name__}: {error}", path, line_of(error, path)) from error
    return schema


def absent(module: str, wanted: str, found: Any, content: Content) -> str:
    if found is not None:
        return f"{wanted} is not a marshmallow schema"
    names = [name for name, value in vars(ModuleLoader(content, FOLDER).load(module)).items()
             if isinstance(value, type) and issubclass(value, Schema) and value is not Schema]  # fmt: skip
    return f"there is no schema {wanted}; the file has {', '.join(sorted(names)) or 'none'}"


@contextmanager
def registry_to_itself() -> Iterator[None]:
    """What is loaded here finds no schema of an earlier version by its name, nor one of anybody else."""
    registry: dict[str, Any] = class_registry._registry
    others = {name: [found for found in classes if not found.__module__.startswith(PACKAGE)]
              for name, classes in registry.items()}  # fmt: skip
    registry.clear()
    try:
        yield
    finally:
        for name, classes in others.items():
            if classes:
                registry[name] = [*classes, *registry.get(name, [])]


def settle(schema: Schema, unknown: Unknown | None, above: list[Schema]) -> None:
    """Resolves all nested schemas now, while their names are known, and sets them up. A schema that contains itself
    stays one object."""
    for field in every_field(schema):
        if isinstance(field, fields.Float):
            field.num_type = exact_number  # type: ignore[assignment]
        if isinstance(field, fields.Nested):
            nest(field, unknown, above)


def nest(field: fields.Nested, unknown: Unknown | None, above: list[Schema]) -> None:
    nested: Any = field.schema
    whole = field.only is None and not field.exclude
    again = next((s for s in above if type(s) is type(nested) and s.many == nested.many), None) if whole else None
    if unknown is not None:
        field.unknown = nested.unknown = unknown
    if again is not None:
        field._schema = again
    else:
        settle(nested, unknown, [*above, nested])


def every_field(schema: Schema) -> Iterator[fields.Field[Any]]:
    """The fields of a schema, and those inside its lists, tuples and objects."""
    waiting = list(schema.fields.values())
    while waiting:
        field = waiting.pop()
        yield field
        inner = [getattr(field, name, None) for name in ("inner", "key_field", "value_field")]
        waiting += [one for one in (*inner, *getattr(field, "tuple_fields", ())) if isinstance(one, fields.Field)]


def has_hooks(schema: Schema) -> bool:
    """Whether a `pre_load` of the schema, or of one inside it, may change what it is given."""
    waiting, seen = [schema], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one._hooks.get("pre_load"):
            return True
        waiting += [field.schema for field in every_field(one) if isinstance(field, fields.Nested)]
    return False


def exact_number(value: Any) -> Decimal:
    """What a float field makes of a number: money is never a float."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
