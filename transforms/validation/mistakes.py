"""What marshmallow says is wrong, as one list with paths and as one sentence with values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields

from router.errors import Detail, MessageError
from transforms.filters.values import shown

MOST_DETAILS = 100
NAMED = 10
"""Mistakes that the reason names; the others are counted."""


def invalid(messages: Any, schema: Schema, body: Any) -> MessageError:
    """All mistakes at once: each with its path for machines, the first ones in a sentence for people."""
    details = list(mistakes(messages, "", schema))
    count = f"{len(details)} fields are wrong" if len(details) != 1 else "1 field is wrong"
    named = " ".join(f"{d.path or 'the body'}: {closed(d.message)}{found(body, d.path)}" for d in details[:NAMED])
    more = f" And {len(details) - NAMED} more." if len(details) > NAMED else ""
    return MessageError("validate", "invalid", f"{count}: {named}{more}", tuple(details[:MOST_DETAILS]))


def mistakes(messages: Any, path: str, at: Any) -> Iterator[Detail]:
    """Marshmallow's nested messages in order; `at` is the schema or field that they are about, where it is known."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from below(key, inner, path, at)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from mistakes(inner, path, at)
    else:
        yield Detail(path, " ".join(str(messages).split()))


def below(key: Any, inner: Any, path: str, at: Any) -> Iterator[Detail]:
    """`_schema` is about the whole; an entry of an object of any names is told apart by `key` and `value`."""
    if isinstance(at, fields.Nested):
        at = at.schema
    if key == "_schema":
        yield from mistakes(inner, path, at)
    elif isinstance(at, fields.Mapping) and isinstance(inner, dict):
        for part in ("key", "value"):
            yield from mistakes(inner.get(part, []), step(path, key), getattr(at, f"{part}_field", None))
    else:
        yield from mistakes(inner, step(path, key), child(at, key))


def child(at: Any, key: Any) -> Any:
    if isinstance(at, Schema):
        return next((field for name, field in at.fields.items() if key in (field.data_key, name)), None)
    return getattr(at, "inner", None) if isinstance(key, int) else None


def step(path: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


def closed(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def found(body: Any, path: str) -> str:
    """The value at a path, where it is a scalar, as an error shows it."""
    value = body
    for name in filter(None, path.replace("[", ".[").split(".")):
        index = int(name[1:-1]) if name.startswith("[") and name[1:-1].isdigit() else name
        try:
            value = value[index]
        except (LookupError, TypeError):
            return ""
    return "" if not path or isinstance(value, dict | list) else f" (is {shown(value)})"
