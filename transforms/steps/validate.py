"""`validate: module.Schema`: the body must be as a marshmallow schema says, and becomes what the schema loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from marshmallow import ValidationError

from router.errors import Detail, MessageError
from router.message import Message
from router.ports import Content
from transforms.filters.values import kind, shown
from transforms.steps.schema import has_hooks, load_schema

MOST_DETAILS = 100
NAMED = 10
"""Mistakes that the reason names; the others are counted."""


class Validate:
    verb = "validate"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        options = {"schema": value} if isinstance(value, str) else value
        self.rule = f"validate: {options['schema']}"
        self._schema = load_schema(options["schema"], options.get("unknown"), content)
        self._copies = has_hooks(self._schema)

    def apply(self, message: Message) -> Message:
        body = message.body
        if not isinstance(body, dict):
            raise MessageError("validate", "invalid", f"the body is {kind(body)}, not an object")
        loaded = self._load(deepcopy(body) if self._copies else body)
        return message if same(loaded, body) else message.with_body(loaded)

    def _load(self, body: dict[str, Any]) -> Any:
        try:
            return self._schema.load(body)
        except ValidationError as error:
            raise invalid(error, body) from None
        except RecursionError:
            raise MessageError("validate", "invalid", "the body is nested too deeply") from None
        except Exception as error:
            reason = f"the schema failed with {type(error).__name__}: {error}; correct its validator or the value"
            raise MessageError("validate", "invalid", reason) from error


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type, all the way down: 1 is not 1.0 and not true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(key in other and same(inner, other[key]) for key, inner in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return str(one) == str(other) if hasattr(one, "as_tuple") else bool(one == other)


def invalid(error: ValidationError, body: Any) -> MessageError:
    """All mistakes at once: each with its path for machines, the first ones in a sentence for people."""
    details = list(mistakes(error.messages, ""))
    count = f"{len(details)} fields are wrong" if len(details) != 1 else "1 field is wrong"
    named = " ".join(f"{d.path or 'the body'}: {closed(d.message)}{found(body, d.path)}" for d in details[:NAMED])
    more = f" And {len(details) - NAMED} more." if len(details) > NAMED else ""
    return MessageError("validate", "invalid", f"{count}: {named}{more}", tuple(details[:MOST_DETAILS]))


def mistakes(messages: Any, path: str) -> Iterator[Detail]:
    """Marshmallow's nested messages as one list; `_schema` and the `value` of an object's entry are no steps."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from mistakes(inner, step(path, key, inner))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from mistakes(inner, path)
    else:
        yield Detail(path, str(messages))


def step(path: str, key: Any, inner: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if key == "_schema":
        return path
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


def validate(value: str | Mapping[str, Any], content: Content) -> Validate:
    """The factory."""
    return Validate(value, content)
